"""The account pages' routes."""

from django.urls import path

from .views import logging_in, passwords, profile, registering

app_name = "accounts"
urlpatterns = [
    path("login/", logging_in.LoginView.as_view(), name="login"),
    path("logout/", logging_in.LogoutView.as_view(), name="logout"),
    path("register/", registering.RegisterView.as_view(), name="register"),
    path("profile/", profile.ProfileView.as_view(), name="profile"),
    path("password/", passwords.PasswordChangeView.as_view(), name="password_change"),
    path("reset/", passwords.PasswordResetView.as_view(), name="password_reset"),
    path("reset/sent/", passwords.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("reset/done/", passwords.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("reset/<uidb64>/<token>/", passwords.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
]
