"""Smaller files of photos that passed the gate. Plain Python; knows no Django and no app but the pose engine."""
