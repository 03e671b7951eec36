"""A chat's webhook as an operator makes it in the page."""

from playwright.async_api import Page, expect

from tests.api.chats import CHAT, TOKEN, running
from tests.conftest import Server, until
from tests.system.chromium import needs_chromium, sign_in

pytestmark = needs_chromium


async def test_the_format_changes_the_fields(server: Server, page: Page) -> None:
    """From a token and a chat to a message; then its language, with nothing else lost."""
    async with running() as chats:
        await sign_in(server, page, "webhooks/new")
        form = page.locator("dialog form")
        await form.locator("[name=name]").fill("Чат")
        await form.get_by_role("checkbox", name="user.created").check()
        await expect(form.locator("[name='options.chat_id']")).to_have_count(0)
        await form.locator("[name=format]").select_option("telegram")
        names = await form.locator("input").evaluate_all("them => them.map((one) => one.name)")
        asked = [names.index(one) for one in ("secret", "options.chat_id", "url")]
        assert asked == sorted(asked)  # the rare one comes last
        await expect(form.get_by_label("Токен бота *")).to_have_attribute("required", "")
        await form.locator("[name=url]").fill(chats.url)
        await form.locator("[name=secret]").fill(TOKEN)
        await form.locator("[name='options.chat_id']").fill(str(CHAT))
        await form.locator("[name='options.thread_id']").fill("7")
        await form.get_by_label("Собирать частые события в одно сообщение").uncheck()
        await form.get_by_role("button", name="Создать", exact=True).click()
        await page.get_by_role("button", name="Готово").click()
        await server.event(user_id=1)
        await until(lambda: chats.messages)
        assert chats.messages[0]["shown"] == "Новый пользователь"
        [made] = (await server.call("GET", "/webhooks")).json["items"]
        assert made["options"] == {
            "chat_id": str(CHAT), "thread_id": 7, "silent": False, "language": "ru", "fold": False,
        }  # fmt: skip


async def test_a_redirect_is_offered_for_a_google_sheet(server: Server, page: Page) -> None:
    """Only there, and already chosen."""
    await sign_in(server, page, "webhooks/new")
    form = page.locator("dialog form")
    await expect(form.locator("[name=accept_redirects]")).to_have_count(0)
    await form.locator("[name=url]").fill("https://script.google.com/macros/s/x/exec")
    await expect(form.locator("[name=accept_redirects]")).to_be_checked()


async def test_a_chats_text_is_shown_before_it_is_sent(server: Server, page: Page) -> None:
    """Of the newest event that matches; own words change it while they are typed."""
    await server.event(user_id=1, username="vasya", first_name="<b>Вася</b>")
    await sign_in(server, page, "webhooks/new")
    form = page.locator("dialog form")
    await form.get_by_label("Формат").select_option("Telegram")
    await form.get_by_role("checkbox", name="Создание пользователя").check()
    preview = form.get_by_label("Так выглядит последнее из них")
    await expect(preview).to_have_text("Новый пользователь <b>Вася</b> (@vasya)")
    await form.get_by_label("Свой текст").fill("Ура, {first_name}!")
    await expect(preview).to_have_text("Ура, <b>Вася</b>!")
    await form.get_by_label("Формат").select_option("Discord")
    await form.get_by_label("Свой текст").fill("*{username}*")
    await expect(preview).to_have_text("*vasya*")
