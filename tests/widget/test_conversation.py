"""A whole conversation with the starter shop in the browser, in each language: its real rules, actions and database.

What the customer means is given with each message, as in `tests/starter_talk.py`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.shop import fill
from bot.server.settings import Settings
from knowledge_base import connect
from tests.channels.serving import serve
from tests.starter_talk import EMMA, ROOT, WEI, StarterTalk
from tests.widget.browsing import SOON_MS, log, picture, say, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "shop.db"
    fill(f"sqlite:///{path}", ROOT / "data/catalogue")
    connect(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def shop(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StarterTalk:
    shutil.copy(filled, tmp_path / "shop.db")
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    monkeypatch.setenv("KNOWLEDGE_BASE_URL", url)
    monkeypatch.setattr("actions.catalogue.embedder", lambda name: None)
    return StarterTalk(url)


@pytest.fixture
def url(shop: StarterTalk) -> Iterator[str]:
    for served in serve(shop.assistant, Settings()):
        yield served.url


def test_a_whole_conversation_in_english(page: Any, shop: StarterTalk, url: str) -> None:
    shop.mean("hello", "greet")
    shop.mean("Show me linen dresses", "product_search", product="linen dresses")
    shop.mean("Where is order K8851390?", "track_order", order_number="K8851390")
    shop.mean(EMMA, "inform", email=EMMA)
    shop.mean("Change the address of K6420815", "change_address", order_number="K6420815")
    shop.mean("20 Station Road, Cambridge, CB1 2JW", "inform")
    shop.mean("yes please", "affirm")
    shop.mean("I want to talk to a human", "human_handoff")
    shop.mean("bye", "goodbye")

    page.goto(url)
    say(page, "hello")
    say(page, "Show me linen dresses")
    products = log(page).get_by_role("list", name="Products").get_by_role("listitem")
    products.first.wait_for(timeout=SOON_MS)
    picture(page, "chat-products-en")
    products.filter(has_text="Linen Midi Dress").get_by_role("button", name="Show me this").click()
    wait_for(page, "two deep side pockets")

    say(page, "Where is order K8851390?")
    wait_for(page, "e-mail")
    say(page, EMMA)
    way = log(page).get_by_role("region", name="Parcel 8666145479").get_by_role("listitem")
    way.first.wait_for(timeout=SOON_MS)
    assert way.count() == 6  # five events, and the delivery to come
    assert log(page).locator("[aria-current=step]").count() == 1
    picture(page, "chat-parcel-en")

    say(page, "Change the address of K6420815")
    form = log(page).get_by_role("form", name="New address")
    form.get_by_label("Street and number").fill("20 Station Road")
    form.get_by_label("City").fill("Cambridge")
    form.get_by_label("Postcode").fill("CB1 2JW")
    picture(page, "chat-form-en")
    form.get_by_role("button", name="Save").click()
    wait_for(page, "Shall I?")
    say(page, "yes please")
    wait_for(page, "now goes to 20 Station Road")
    assert "20 Station Road" in shop.value("SELECT address FROM orders WHERE id = 'K6420815'")

    say(page, "I want to talk to a human")
    page.get_by_text("A colleague will take over.").wait_for(timeout=SOON_MS)
    say(page, "bye")
    rating = log(page).get_by_role("group", name="How content were you with this conversation?")
    rating.get_by_role("button", name="5 of 5").click()
    wait_for(page, "Thank you for telling us.")


def test_a_whole_conversation_in_chinese(browser: Any, shop: StarterTalk, url: str) -> None:
    shop.mean("你好", "greet")
    shop.mean("有没有亚麻连衣裙", "product_search", product="亚麻连衣裙")
    shop.mean("K1759842到哪了", "track_order", order_number="K1759842")
    shop.mean(WEI, "inform", email=WEI)
    shop.mean("改一下K7301945的收货地址", "change_address", order_number="K7301945")
    shop.mean("上海市徐汇区漕溪北路18号，邮编200030", "inform")
    shop.mean("确认", "affirm")
    shop.mean("转人工", "human_handoff")
    shop.mean("再见", "goodbye")

    context = browser.new_context(
        locale="zh-CN", viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True
    )
    page = context.new_page()
    page.goto(url)
    say(page, "你好")
    say(page, "有没有亚麻连衣裙")
    products = log(page).get_by_role("list", name="商品").get_by_role("listitem")
    products.first.wait_for(timeout=SOON_MS)
    products.filter(has_text="亚麻").first.get_by_role("button", name="看看这件").tap()
    wait_for(page, "深口袋")

    say(page, "K1759842到哪了")
    wait_for(page, "邮箱")
    say(page, WEI)
    way = log(page).get_by_role("region", name="包裹 YT5304429829064").get_by_role("listitem")
    way.first.wait_for(timeout=SOON_MS)
    assert way.count() == 5
    picture(page, "chat-parcel-zh")

    say(page, "改一下K7301945的收货地址")
    form = log(page).get_by_role("form", name="新的收货地址")
    form.get_by_label("市", exact=False).last.fill("上海市")
    form.get_by_label("区、街道、门牌号").fill("徐汇区漕溪北路18号")
    form.get_by_label("邮编").fill("200030")
    form.get_by_role("button", name="保存").tap()
    wait_for(page, "确认吗")
    say(page, "确认")
    wait_for(page, "收货地址已改为")
    address = json.loads(shop.value("SELECT address FROM orders WHERE id = 'K7301945'"))
    assert (address["address1"], address["zip"]) == ("徐汇区漕溪北路18号", "200030")

    say(page, "转人工")
    page.get_by_text("即将转接人工客服").wait_for(timeout=SOON_MS)
    say(page, "再见")
    log(page).get_by_role("group", name="您对这次服务满意吗？").get_by_role("button", name="5 分（满分 5 分）").tap()
    wait_for(page, "感谢您的评价！")
    picture(page, "chat-rated-zh")
    context.close()
