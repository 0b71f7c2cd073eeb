"""Photos a second through HTTP as `make run` serves it, four clients, over stock MediaPipe in a bare loop."""

import itertools

from common import StockLoop, finish, in_threads, median, photos, running_site, with_own_bytes

CLIENTS = 4
PHOTOS = 240
ROUNDS = 5


def main() -> None:
    pictures = photos()
    numbers = itertools.count()

    def fresh(count: int) -> list[bytes]:
        return [with_own_bytes(pictures[number % len(pictures)], number) for number in itertools.islice(numbers, count)]

    stock = StockLoop()
    with running_site() as site:

        def through_site(jpegs: list[bytes]) -> float:
            def work(client: int) -> None:
                connection = site.connection()  # the server ends those that idle while the other side runs
                for jpeg in jpegs[client::CLIENTS]:
                    site.upload(connection, jpeg)
                connection.close()

            return in_threads(work, CLIENTS)

        through_site(fresh(24))
        stock.seconds(fresh(24))
        site_rates, stock_rates = [], []
        for round_number in range(ROUNDS):
            stock_rates.append(PHOTOS / stock.seconds(fresh(PHOTOS)))
            site_rates.append(PHOTOS / through_site(fresh(PHOTOS)))
            print(f"round {round_number + 1}: stock {stock_rates[-1]:.1f}/s, site {site_rates[-1]:.1f}/s")
    stock.close()
    ratios = [site_rate / stock_rate for site_rate, stock_rate in zip(site_rates, stock_rates, strict=True)]
    print(f"medians: stock {median(stock_rates):.1f}/s, site {median(site_rates):.1f}/s")
    finish("upload", median(ratios), at_least=0.85)


if __name__ == "__main__":
    main()
