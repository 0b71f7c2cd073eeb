"""The account API's routes."""

from django.urls import path

from . import account, sessions

app_name = "auth"
urlpatterns = [
    path("register/", account.RegisterView.as_view(), name="register"),
    path("login/", sessions.LoginView.as_view(), name="login"),
    path("refresh/", sessions.RefreshView.as_view(), name="refresh"),
    path("logout/", sessions.LogoutView.as_view(), name="logout"),
    path("profile/", account.ProfileView.as_view(), name="profile"),
    path("password/", account.PasswordView.as_view(), name="password"),
]
