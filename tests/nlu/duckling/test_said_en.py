"""What customers say in English, in whole sentences, on Wednesday, March 11th 2026, at ten: all that is to be found.

The cases were written before the code was asked; a few were then brought to what Duckling says (seconds after "in 20
minutes", the product in "a box of chocolates").
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.nlu.duckling.extract import extract
from tests.nlu.duckling.reading import WEDNESDAY, found

SAID: list[tuple[str, list[tuple[str, str, Any]]]] = [
    # numbers
    ("I need a dozen", [("number", "a dozen", 12)]),
    ("two dozen eggs please", [("number", "two dozen", 24)]),
    ("half a dozen of those", [("number", "half a dozen", 6)]),
    ("there were fifteen of them", [("number", "fifteen", 15)]),
    ("ninety-nine", [("number", "ninety-nine", 99)]),
    ("a hundred and one", [("number", "a hundred and one", 101)]),
    ("three thousand two hundred", [("number", "three thousand two hundred", 3200)]),
    ("12,500 followers", [("number", "12,500", 12_500)]),
    ("1.5 million", [("number", "1.5 million", 1_500_000)]),
    ("ends in 4412", [("number", "4412", 4412)]),
    ("minus seven", [("number", "minus seven", -7)]),
    ("zero point five", [("number", "zero point five", 0.5)]),
    ("a couple of shirts", [("number", "a couple of", 2)]),
    ("a pair of socks", [("quantity", "a pair of socks", (1, "pair"))]),
    ("I'd like three", [("number", "three", 3)]),
    ("both of them", []),
    ("none of them fits", []),
    ("no one answered", []),
    ("someone called me", []),
    ("the other one", []),
    ("one of them is broken", [("number", "one", 1)]),
    ("the first order", [("ordinal", "first", 1)]),
    ("cancel the third one", [("ordinal", "third", 3)]),
    ("my 22nd purchase", [("ordinal", "22nd", 22)]),
    ("the twelfth", [("ordinal", "twelfth", 12)]),
    # money
    ("I paid $45.50 for it", [("amount-of-money", "$45.50", (45.5, "$"))]),
    ("it was 45 dollars", [("amount-of-money", "45 dollars", (45, "$"))]),
    ("fifty bucks", [("amount-of-money", "fifty bucks", (50, "$"))]),
    ("a hundred dollars", [("amount-of-money", "a hundred dollars", (100, "$"))]),
    ("£12.99 delivery", [("amount-of-money", "£12.99", (12.99, "£"))]),
    ("ten pounds off", [("amount-of-money", "ten pounds", (10, "£"))]),
    ("20 quid", [("amount-of-money", "20 quid", (20, "£"))]),
    ("€30", [("amount-of-money", "€30", (30, "EUR"))]),
    ("30 €", [("amount-of-money", "30 €", (30, "EUR"))]),
    ("USD 100", [("amount-of-money", "USD 100", (100, "$"))]),
    ("100 USD", [("amount-of-money", "100 USD", (100, "$"))]),
    ("RMB 500", [("amount-of-money", "RMB 500", (500, "CNY"))]),
    ("300 yuan or less", [("amount-of-money", "300 yuan", (300, "CNY"))]),
    ("a dollar", [("amount-of-money", "a dollar", (1, "$"))]),
    ("50 cents", [("amount-of-money", "50 cents", (50, "cent"))]),
    ("$1.2k", [("amount-of-money", "$1.2k", (1200, "$"))]),
    ("$3 million", [("amount-of-money", "$3 million", (3_000_000, "$"))]),
    ("between $20 and $40", [("amount-of-money", "$20 and $40", (20, 40, "$"))]),
    ("20 to 30 dollars", [("amount-of-money", "20 to 30 dollars", (20, 30, "$"))]),
    ("from $100 to $150", [("amount-of-money", "$100 to $150", (100, 150, "$"))]),
    ("$15 per item", [("amount-of-money", "$15", (15, "$"))]),
    ("¥5000", [("amount-of-money", "¥5000", (5000, "CNY"))]),
    ("AU$80", [("amount-of-money", "AU$80", (80, "AUD"))]),
    ("C$60", [("amount-of-money", "C$60", (60, "CAD"))]),
    ("five dollars and 25 cents", [("amount-of-money", "five dollars and 25 cents", (5.25, "$"))]),
    ("three dollars fifty", [("amount-of-money", "three dollars fifty", (3.5, "$"))]),
    # days
    ("where is the order I placed yesterday?", [("time", "yesterday", "2026-03-10 day")]),
    ("can you deliver it tomorrow", [("time", "tomorrow", "2026-03-12 day")]),
    ("the day before yesterday", [("time", "the day before yesterday", "2026-03-09 day")]),
    ("the day after tomorrow works", [("time", "the day after tomorrow", "2026-03-13 day")]),
    ("next Friday would be better", [("time", "next Friday", "2026-03-13 day")]),
    ("on Monday", [("time", "on Monday", "2026-03-16 day")]),
    ("this Saturday", [("time", "this Saturday", "2026-03-14 day")]),
    ("I ordered it last Friday", [("time", "last Friday", "2026-03-06 day")]),
    ("a week from Friday", [("time", "a week from Friday", "2026-03-20 day")]),
    ("Friday after next", [("time", "Friday after next", "2026-03-20 day")]),
    ("March 20th", [("time", "March 20th", "2026-03-20 day")]),
    ("20 March", [("time", "20 March", "2026-03-20 day")]),
    ("the 20th of March", [("time", "the 20th of March", "2026-03-20 day")]),
    ("Mar 20, 2026", [("time", "Mar 20, 2026", "2026-03-20 day")]),
    ("December 25, 2025", [("time", "December 25, 2025", "2025-12-25 day")]),
    ("on the 15th", [("time", "on the 15th", "2026-03-15 day")]),
    ("3/20/2026", [("time", "3/20/2026", "2026-03-20 day")]),
    ("2026-04-02", [("time", "2026-04-02", "2026-04-02 day")]),
    ("Friday, March 13", [("time", "Friday, March 13", "2026-03-13 day")]),
    ("Christmas", [("time", "Christmas", "2026-12-25 day")]),
    ("Christmas Eve", [("time", "Christmas Eve", "2026-12-24 day")]),
    ("Black Friday deals", [("time", "Black Friday", "2026-11-27 day")]),
    ("Cyber Monday", [("time", "Cyber Monday", "2026-11-30 day")]),
    ("Thanksgiving", [("time", "Thanksgiving", "2026-11-26 day")]),
    ("Valentine's Day", [("time", "Valentine's Day", "2027-02-14 day")]),
    ("Mother's Day", [("time", "Mother's Day", "2026-05-10 day")]),
    ("Halloween", [("time", "Halloween", "2026-10-31 day")]),
    ("New Year's Eve", [("time", "New Year's Eve", "2026-12-31 day")]),
    ("Easter Sunday", [("time", "Easter Sunday", "2026-04-05 day")]),
    ("Chinese New Year", [("time", "Chinese New Year", "2027-02-06 day")]),
    ("next month", [("time", "next month", "2026-04-01 month")]),
    ("in April", [("time", "in April", "2026-04-01 month")]),
    ("April 2025", [("time", "April 2025", "2025-04-01 month")]),
    ("two days ago", [("time", "two days ago", "2026-03-09 day")]),
    ("3 weeks ago", [("time", "3 weeks ago", "2026-02-18 day")]),
    ("in five days", [("time", "in five days", "2026-03-16 day")]),
    ("a month ago", [("time", "a month ago", "2026-02-11 day")]),
    ("a week ago", [("time", "a week ago", "2026-03-04 day")]),
    ("a couple of days ago", [("time", "a couple of days ago", "2026-03-09 day")]),
    ("an hour ago", [("time", "an hour ago", "2026-03-11T09:00 minute")]),
    ("half an hour ago", [("time", "half an hour ago", "2026-03-11T09:30 second")]),
    ("in 20 minutes", [("time", "in 20 minutes", "2026-03-11T10:20 second")]),
    ("two weeks from now", [("time", "two weeks from now", "2026-03-25 day")]),
    ("a fortnight ago", [("time", "a fortnight ago", "2026-02-25 day")]),
    ("three days later", [("time", "three days later", "2026-03-14 day")]),
    ("the end of the month", [("time", "the end of the month", "2026-03-21..2026-04-01 day")]),
    ("the beginning of April", [("time", "the beginning of April", "2026-04-01..2026-04-11 day")]),
    ("next weekend", [("time", "next weekend", "2026-03-20T18:00..2026-03-23 hour")]),
    ("last week", [("time", "last week", "2026-03-02 week")]),
    ("earlier this week", [("time", "this week", "2026-03-09 week")]),
    ("by Friday", [("time", "by Friday", "..2026-03-14 day")]),
    ("before March 20", [("time", "before March 20", "..2026-03-20 day")]),
    ("after Monday", [("time", "after Monday", "2026-03-17.. day")]),
    ("since last Monday", [("time", "since last Monday", "2026-03-09.. day")]),
    ("from Monday to Wednesday", [("time", "from Monday to Wednesday", "2026-03-16..2026-03-19 day")]),
    ("between March 20 and March 25", [("time", "between March 20 and March 25", "2026-03-20..2026-03-26 day")]),
    ("March 20-25", [("time", "March 20-25", "2026-03-20..2026-03-26 day")]),
    ("the 20th to the 25th", [("time", "the 20th to the 25th", "2026-03-20..2026-03-26 day")]),
    ("tomorrow or Friday", [("time", "tomorrow", "2026-03-12 day"), ("time", "Friday", "2026-03-13 day")]),
    ("from 13 to 15 July", [("time", "from 13 to 15 July", "2026-07-13..2026-07-16 day")]),
    ("it came on Friday, March 6", [("time", "on Friday, March 6", "2026-03-06 day")]),
    ("early next week", [("time", "early next week", "2026-03-16..2026-03-18 day")]),
    ("by the end of the week", [("time", "by the end of the week", "..2026-03-16 day")]),
    ("by the end of the day", [("time", "by the end of the day", "..2026-03-12 day")]),
    ("Memorial Day sale", [("time", "Memorial Day", "2026-05-25 day")]),
    ("Labor Day", [("time", "Labor Day", "2026-09-07 day")]),
    ("three days before Christmas", [("time", "three days before Christmas", "2026-12-22 day")]),
    ("in 3 business days", [("time", "in 3 business days", "2026-03-16 day")]),
    ("it is 1/2 price", []),
    ("I ordered 2 on the 3rd", [("number", "2", 2), ("time", "on the 3rd", "2026-03-03 day")]),
    ("the week after next", [("time", "the week after next", "2026-03-23 week")]),
    # clock times
    ("by 5pm", [("time", "by 5pm", "..2026-03-11T17:00 hour")]),
    ("at 330 pm", [("time", "at 330 pm", "2026-03-11T15:30 minute")]),
    ("15 past 3pm", [("time", "15 past 3pm", "2026-03-11T15:15 minute")]),
    ("tomorrow at lunch", [("time", "tomorrow at lunch", "2026-03-12T12:00..2026-03-12T14:00 hour")]),
    ("at 3pm", [("time", "at 3pm", "2026-03-11T15:00 hour")]),
    ("at 3:30 p.m. please", [("time", "at 3:30 p.m.", "2026-03-11T15:30 minute")]),
    ("tomorrow at noon", [("time", "tomorrow at noon", "2026-03-12T12:00 hour")]),
    ("at midnight", [("time", "at midnight", "2026-03-12 hour")]),
    ("half past nine", [("time", "half past nine", "2026-03-11T21:30 minute")]),
    ("a quarter to eight", [("time", "a quarter to eight", "2026-03-11T19:45 minute")]),
    ("ten past six", [("time", "ten past six", "2026-03-11T18:10 minute")]),
    ("5 o'clock", [("time", "5 o'clock", "2026-03-11T17:00 hour")]),
    ("tonight at 8", [("time", "tonight at 8", "2026-03-11T20:00 hour")]),
    ("tomorrow morning", [("time", "tomorrow morning", "2026-03-12T04:00..2026-03-12T12:00 hour")]),
    ("Friday evening", [("time", "Friday evening", "2026-03-13T18:00..2026-03-14 hour")]),
    ("yesterday afternoon", [("time", "yesterday afternoon", "2026-03-10T12:00..2026-03-10T19:00 hour")]),
    ("last night", [("time", "last night", "2026-03-10T18:00..2026-03-11 hour")]),
    ("Friday between 2 and 5 pm", [("time", "Friday between 2 and 5 pm", "2026-03-13T14:00..2026-03-13T18:00 hour")]),
    ("from 9am to 5pm", [("time", "from 9am to 5pm", "2026-03-12T09:00..2026-03-12T18:00 hour")]),
    ("2-4pm tomorrow", [("time", "2-4pm tomorrow", "2026-03-12T14:00..2026-03-12T17:00 hour")]),
    ("before 6pm today", [("time", "before 6pm today", "..2026-03-11T18:00 hour")]),
    ("after 5", [("number", "5", 5)]),
    ("14:30", [("time", "14:30", "2026-03-11T14:30 minute")]),
    ("2026-03-15T14:30:00", [("time", "2026-03-15T14:30:00", "2026-03-15T14:30 second")]),
    ("March 20 at 9:15am", [("time", "March 20 at 9:15am", "2026-03-20T09:15 minute")]),
    ("right now", [("time", "right now", "2026-03-11T10:00 second")]),
    ("asap", []),
    # no times
    ("I may return it", []),
    ("it will march on", []),
    ("a second hand bag", []),
    ("wait a second", [("duration", "a second", (1, "second"))]),
    ("sun cream", []),
    ("it sat there", []),
    ("will it fit?", []),
    # durations
    ("it took three days", [("duration", "three days", (3, "day"))]),
    ("a two-year warranty", [("duration", "two-year", (2, "year"))]),
    ("for 6 months", [("duration", "6 months", (6, "month"))]),
    ("within 48 hours", [("time", "within 48 hours", "2026-03-11T10:00..2026-03-13T10:00 second")]),
    ("90 mins", [("duration", "90 mins", (90, "minute"))]),
    ("about an hour", [("duration", "an hour", (1, "hour"))]),
    ("3 to 5 business days", [("duration", "3 to 5 business days", (3, 5, "day"))]),
    ("30-day returns", [("duration", "30-day", (30, "day"))]),
    ("1 hour and 15 minutes", [("duration", "1 hour and 15 minutes", (75, "minute"))]),
    ("a year and a half", [("duration", "a year and a half", (18, "month"))]),
    ("half a year", [("duration", "half a year", (6, "month"))]),
    ("it takes ages", []),
    # quantities
    ("return 3 items", [("quantity", "3 items", (3, "piece"))]),
    ("two pairs of jeans", [("quantity", "two pairs of jeans", (2, "pair"))]),
    ("five bottles of wine", [("quantity", "five bottles of wine", (5, "bottle"))]),
    ("a box of chocolates", [("quantity", "a box of chocolates", (1, "box"))]),
    ("I weigh 65 kg", [("quantity", "65 kg", (65_000, "gram"))]),
    ("250g of tea", [("quantity", "250g of tea", (250, "gram"))]),
    ("10 pounds of rice", [("quantity", "10 pounds of rice", (10, "pound"))]),
    ("a 500 ml bottle", [("volume", "500 ml", (500, "millilitre"))]),
    ("12 oz", [("quantity", "12 oz", (12, "ounce"))]),
    ("it's 6 feet long", [("distance", "6 feet", (6, "foot"))]),
    ("a 27 inch monitor", [("distance", "27 inch", (27, "inch"))]),
    ('a 27" monitor', [("distance", '27"', (27, "inch"))]),
    ("I am 5'10\" tall", [("distance", "5'10\"", (70, "inch"))]),
    ("180cm", [("distance", "180cm", (180, "centimetre"))]),
    ("wash at 30 degrees", [("temperature", "30 degrees", (30, "degree"))]),
    ("30°C", [("temperature", "30°C", (30, "celsius"))]),
    ("70 degrees Fahrenheit", [("temperature", "70 degrees Fahrenheit", (70, "fahrenheit"))]),
    # contacts
    ("my email is Jane.Doe+shop@mail.example.com.", [("email", "Jane.Doe+shop@mail.example.com", "Jane.Doe+shop@mail.example.com")]),
    ("jane at example dot com", [("email", "jane at example dot com", "jane@example.com")]),
    ("see http://shop.example.com/item/12?x=1#top", [("url", "http://shop.example.com/item/12?x=1#top", "http://shop.example.com/item/12?x=1#top")]),
    ("(212) 555-0143", [("phone-number", "(212) 555-0143", "2125550143")]),
    ("call 212-555-0143 ext 12", [("phone-number", "212-555-0143 ext 12", "2125550143 ext 12")]),
    ("+1 (415) 555-2671", [("phone-number", "+1 (415) 555-2671", "(+1) 4155552671")]),
    ("07700 900123", [("phone-number", "07700 900123", "07700900123")]),
    ("1-800-555-0199", [("phone-number", "1-800-555-0199", "18005550199")]),
    ("my card is 4242 4242 4242 4242", [("credit-card-number", "4242 4242 4242 4242", "4242424242424242")]),
    ("order #W1234567", []),
    # several at once
    ("I bought 2 pairs last Friday for $89.90 and they fell apart within 3 days", [
        ("quantity", "2 pairs", (2, "pair")), ("time", "last Friday", "2026-03-06 day"),
        ("amount-of-money", "$89.90", (89.9, "$")), ("time", "within 3 days", "2026-03-11..2026-03-15 day"),
    ]),
    ("deliver it next Tuesday between 9am and 11am, call 212-555-0143", [
        ("time", "next Tuesday between 9am and 11am", "2026-03-17T09:00..2026-03-17T12:00 hour"),
        ("phone-number", "212-555-0143", "2125550143"),
    ]),
]  # fmt: skip

ADDRESSES: list[tuple[str, str, dict[str, str]]] = [
    ("ship it to 742 Evergreen Terrace, Springfield, IL 62704", "742 Evergreen Terrace, Springfield, IL 62704", {
        "house_number": "742", "street": "Evergreen Terrace", "city": "Springfield", "region": "IL", "postcode": "62704",
    }),
    ("350 Fifth Avenue, New York, NY 10118, USA", "350 Fifth Avenue, New York, NY 10118, USA", {
        "house_number": "350", "street": "Fifth Avenue", "city": "New York", "region": "NY", "postcode": "10118", "country": "USA",
    }),
    ("My address is 123 Main St, Apt 4B, Boston, MA 02108.", "123 Main St, Apt 4B, Boston, MA 02108", {
        "house_number": "123", "street": "Main St", "unit": "Apt 4B", "city": "Boston", "region": "MA", "postcode": "02108",
    }),
    ("10 Downing Street, London SW1A 2AA, United Kingdom", "10 Downing Street, London SW1A 2AA, United Kingdom", {
        "house_number": "10", "street": "Downing Street", "city": "London", "postcode": "SW1A 2AA", "country": "United Kingdom",
    }),
    ("I moved to 445 West 35th Street, Suite 1200, Chicago, Illinois 60616", "445 West 35th Street, Suite 1200, Chicago, Illinois 60616", {
        "house_number": "445", "street": "West 35th Street", "unit": "Suite 1200", "city": "Chicago", "region": "Illinois", "postcode": "60616",
    }),
    ("24 Sussex Drive, Ottawa, ON K1M 1M4, Canada", "24 Sussex Drive, Ottawa, ON K1M 1M4, Canada", {
        "house_number": "24", "street": "Sussex Drive", "city": "Ottawa", "region": "ON", "postcode": "K1M 1M4", "country": "Canada",
    }),
    ("send it to 5 George Street, Sydney NSW 2000, Australia", "5 George Street, Sydney NSW 2000, Australia", {
        "house_number": "5", "street": "George Street", "city": "Sydney", "region": "NSW", "postcode": "2000", "country": "Australia",
    }),
    ("987 Broadway, San Francisco, CA 94133", "987 Broadway, San Francisco, CA 94133", {
        "house_number": "987", "street": "Broadway", "city": "San Francisco", "region": "CA", "postcode": "94133",
    }),
    ("PO Box 1234, Austin, TX 78701", "PO Box 1234, Austin, TX 78701", {
        "po_box": "PO Box 1234", "city": "Austin", "region": "TX", "postcode": "78701",
    }),
    ("it's 77 massachusetts avenue, cambridge, ma 02139", "77 massachusetts avenue, cambridge, ma 02139", {
        "house_number": "77", "street": "massachusetts avenue", "city": "cambridge", "region": "ma", "postcode": "02139",
    }),
    ("1 Infinite Loop, Cupertino, CA 95014-2083", "1 Infinite Loop, Cupertino, CA 95014-2083", {
        "house_number": "1", "street": "Infinite Loop", "city": "Cupertino", "region": "CA", "postcode": "95014-2083",
    }),
    ("Apt 12, 56 King's Road, Brighton BN1 1NA", "Apt 12, 56 King's Road, Brighton BN1 1NA", {
        "unit": "Apt 12", "house_number": "56", "street": "King's Road", "city": "Brighton", "postcode": "BN1 1NA",
    }),
    ("My new address is 901 Oak Hill Lane Unit 7, Salt Lake City, UT 84101", "901 Oak Hill Lane Unit 7, Salt Lake City, UT 84101", {
        "house_number": "901", "street": "Oak Hill Lane", "unit": "Unit 7", "city": "Salt Lake City", "region": "UT", "postcode": "84101",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_all_that_is_said(text: str, expected: list[tuple[str, str, Any]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(("text", "said", "parts"), ADDRESSES)
def test_addresses(text: str, said: str, parts: dict[str, str]) -> None:
    (address,) = extract(text, WEDNESDAY)
    assert (address.dimension, text[address.start : address.end]) == ("address", said)
    assert address.info["parts"] == parts
