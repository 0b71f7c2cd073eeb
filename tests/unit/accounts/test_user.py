import pytest

from accounts.models import User, normalised_email


@pytest.mark.parametrize(("given", "kept"), [(" Ada@Example.ORG ", "ada@example.org"), ("", ""), (None, "")])
def test_an_address_has_one_spelling(given, kept):
    assert normalised_email(given) == kept


@pytest.mark.parametrize(
    ("name", "full", "short"), [("Ada Lovelace", "Ada Lovelace", "Ada"), ("", "ada@example.org", "ada")]
)
def test_who_gives_no_name_is_called_by_the_address(name, full, short):
    user = User(email="ada@example.org", name=name)

    assert (user.get_full_name(), user.get_short_name(), str(user)) == (full, short, "ada@example.org")


def test_a_user_without_an_address_is_refused():
    with pytest.raises(ValueError, match="required"):
        User.objects.create_user("", "x")
