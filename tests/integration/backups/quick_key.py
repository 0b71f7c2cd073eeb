"""A key of an archive that opens at once: its passphrase is stretched 2^10 times, where age takes a second or more."""

import base64

PASSPHRASE = "correct horse"
IDENTITY = "AGE-SECRET-KEY-1C5A47CSR2CHRTC0Y7ZXKEWAW4WHQM3KQ2HMJYLXZVXJC3CRTGXVS95825Q"
# That identity, encrypted by the passphrase, as `age -p` does with another factor.
LOCKED = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBhd2tvNjZUOEhKZllacERVZ1E5bzVnIDEwClI5aFh1NGtzTjBqSHlraUtEdGhmcHQxak10"
    "Nm1zWFlhUGxrUmFUNlprZXMKLS0tIE1VM3p2Sy8xK215STRMUjBUY1NLTVZHNnVjc1FxakErYjlleUJuYURrQ2sKu3nnTOhE9jSn7Yvrme2/jbhc"
    "lxVxmUtsrNPj2tufZqaSO8/9vg4bViqdBhf6x2KPJzOUEvydXNkeEFoL4ggxP2iiy+QwIuiFe1HBdCEfgu2GUKiNBd0ZQYw+hbEqUmTxU9EPYePz"
    "DheYUbA="
)
