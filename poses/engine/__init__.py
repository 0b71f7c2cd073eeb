"""The pose engine: photo bytes in, keypoints out. Plain Python; knows no Django and no app."""
