"""Every text that people read on the server's own pages, in each language.

`page_`, `home_`, `docs_` and `unbuilt_` are for the templates (`${key}`); `ui_` goes to the scripts of the API pages;
`cli_` is what `serve` and `demo` print.
"""

from typing import Literal

Language = Literal["ru", "en"]

TEXTS: dict[str, dict[Language, str]] = {
    "page_skip": {"en": "Skip to the content", "ru": "Сразу к содержанию"},
    "page_theme": {"en": "Light or dark", "ru": "Светлая или тёмная"},
    "page_home": {"en": "Ryadom", "ru": "Ryadom"},
    "page_rest": {"en": "REST API", "ru": "REST API"},
    "page_socket": {"en": "Socket", "ru": "Сокет"},
    "page_nav": {"en": "Pages", "ru": "Страницы"},
    "home_title": {"en": "Ryadom, a messenger server", "ru": "Ryadom, сервер мессенджера"},
    "home_lead": {
        "en": "A self-hosted messenger that knows who is here, what has been read, and which devices are signed in.",
        "ru": "Мессенджер на своём сервере: видно, кто в сети, что прочитано и на каких устройствах выполнен вход.",
    },
    "home_open": {"en": "Open the messenger", "ru": "Открыть мессенджер"},
    "home_api": {"en": "For programs", "ru": "Для программ"},
    "home_rest": {
        "en": "Every call, with its parameters, answers and error words.",
        "ru": "Все вызовы: параметры, ответы и коды ошибок.",
    },
    "home_socket": {
        "en": "Every event and command of the socket, with examples.",
        "ru": "Все события и команды сокета, с примерами.",
    },
    "home_machine": {"en": "The same for machines:", "ru": "То же для машин:"},
    "home_start": {"en": "Sign up from a terminal", "ru": "Регистрация из терминала"},
    "home_step_register": {"en": "Make an account", "ru": "Создать учётную запись"},
    "home_step_login": {
        "en": "Sign in; the answer holds the access token",
        "ru": "Войти; в ответе будет токен доступа",
    },
    "home_step_chats": {"en": "Ask for your chats with it", "ru": "Запросить с ним свои чаты"},
    "docs_rest_title": {"en": "REST API of Ryadom", "ru": "REST API сервера Ryadom"},
    "docs_socket_title": {"en": "Socket of Ryadom", "ru": "Сокет сервера Ryadom"},
    "docs_search": {"en": "Search", "ru": "Поиск"},
    "docs_search_hint": {"en": "path, event, field…", "ru": "путь, событие, поле…"},
    "docs_contents": {"en": "Contents", "ru": "Содержание"},
    "docs_loading": {"en": "Reading the description…", "ru": "Читаем описание…"},
    "docs_no_script": {
        "en": "This page needs JavaScript. The description itself is here:",
        "ru": "Этой странице нужен JavaScript. Само описание здесь:",
    },
    "docs_raw": {"en": "The description as JSON", "ru": "Описание в JSON"},
    "docs_expand": {"en": "Open all", "ru": "Открыть всё"},
    "docs_collapse": {"en": "Close all", "ru": "Закрыть всё"},
    "unbuilt_title": {"en": "The browser client is not built", "ru": "Веб-клиент не собран"},
    "unbuilt_lead": {
        "en": "The server runs, but the page of the messenger is missing. This builds it; then start the server again:",
        "ru": "Сервер работает, но страницы мессенджера нет. Эта команда соберёт её; затем перезапустите сервер:",
    },
    "unbuilt_rest": {
        "en": "Programs can sign in and talk all the same.",
        "ru": "Программы и без неё могут входить и переписываться.",
    },
    "ui_failed": {
        "en": "The description could not be read: {reason}. Reload the page to try again.",
        "ru": "Описание не удалось прочитать: {reason}. Обновите страницу, чтобы попробовать снова.",
    },
    "ui_found": {"en": "Found: {shown} of {all}", "ru": "Найдено: {shown} из {all}"},
    "ui_overview": {"en": "Overview", "ru": "Обзор"},
    "ui_sign_in": {"en": "Signing in", "ru": "Вход"},
    "ui_public": {"en": "no sign-in needed", "ru": "вход не нужен"},
    "ui_other": {"en": "Other", "ru": "Прочее"},
    "ui_parameters": {"en": "Parameters", "ru": "Параметры"},
    "ui_body": {"en": "Body", "ru": "Тело запроса"},
    "ui_responses": {"en": "Answers", "ru": "Ответы"},
    "ui_no_content": {"en": "no body", "ru": "без тела"},
    "ui_default": {"en": "else", "ru": "иначе"},
    "ui_fields": {"en": "Fields", "ru": "Поля"},
    "ui_no_fields": {"en": "No fields besides the type.", "ru": "Полей, кроме типа, нет."},
    "ui_meaning": {"en": "Meaning", "ru": "Значение"},
    "ui_optional": {"en": "optional", "ru": "необязательно"},
    "ui_example": {"en": "Example", "ru": "Пример"},
    "ui_audience": {"en": "Who gets it", "ru": "Кто получает"},
    "ui_reply": {"en": "Answered by", "ru": "Ответ"},
    "ui_commands": {"en": "Commands: the client sends", "ru": "Команды: отправляет клиент"},
    "ui_answers": {"en": "Answers: always come", "ru": "Ответы: приходят всегда"},
    "ui_events": {"en": "Events: the server sends", "ru": "События: отправляет сервер"},
    "ui_shapes": {"en": "Shapes", "ru": "Структуры данных"},
    "ui_error_words": {"en": "Error words", "ru": "Коды ошибок"},
    "ui_close_codes": {"en": "Close codes", "ru": "Коды закрытия"},
    "ui_code": {"en": "Code", "ru": "Код"},
    "ui_status": {"en": "Status", "ru": "Статус"},
    "ui_come_back": {"en": "Connect again?", "ru": "Подключаться снова?"},
    "ui_yes": {"en": "yes", "ru": "да"},
    "ui_no": {"en": "no", "ru": "нет"},
    "ui_list_of": {"en": "list of {item}", "ru": "список: {item}"},
    "ui_map_of": {"en": "map of {item}", "ru": "словарь: {item}"},
    "ui_or": {"en": "{one} or {other}", "ru": "{one} или {other}"},
    "ui_string": {"en": "text", "ru": "текст"},
    "ui_integer": {"en": "whole number", "ru": "целое число"},
    "ui_number": {"en": "number", "ru": "число"},
    "ui_boolean": {"en": "true or false", "ru": "true или false"},
    "ui_object": {"en": "object", "ru": "объект"},
    "ui_any": {"en": "anything", "ru": "что угодно"},
    "ui_time": {"en": "time", "ru": "время"},
    "ui_null": {"en": "null", "ru": "null"},
    "ui_characters": {"en": "{range} characters", "ru": "символов: {range}"},
    "ui_items": {"en": "{range} items", "ru": "элементов: {range}"},
    "ui_pattern": {"en": "pattern {pattern}", "ru": "шаблон {pattern}"},
    "ui_by_default": {"en": "default {value}", "ru": "по умолчанию {value}"},
    "cli_serving": {
        "en": "Ryadom is here: {url} (Ctrl+C stops it)",
        "ru": "Ryadom работает: {url} (остановить: Ctrl+C)",
    },
    "cli_demo_open": {
        "en": "The demo is here: {url} (Ctrl+C ends it)",
        "ru": "Демо здесь: {url} (завершить: Ctrl+C)",
    },
    "cli_demo_sign_in": {
        "en": "Sign in as {username}, password {password}",
        "ru": "Имя для входа: {username}, пароль: {password}",
    },
    "cli_demo_people": {
        "en": "They live here, and answer when you write to them: {names}",
        "ru": "Здесь живут и отвечают, если им написать: {names}",
    },
}


def text(key: str, locale: Language, **values: object) -> str:
    """The text of `key` in a language, with `{name}` places filled from `values`. An unknown key is a `KeyError`."""
    pattern = TEXTS[key][locale]
    return pattern.format(**values) if values else pattern


def script_texts(locale: Language) -> dict[str, str]:
    """What the scripts of the API pages say: key without `ui_` → text."""
    return {key.removeprefix("ui_"): text(key, locale) for key in TEXTS if key.startswith("ui_")}


def pick_locale(accept_language: str) -> Language:
    """The language that an Accept-Language header prefers, English when it names none of ours or is no such header."""
    best: tuple[float, Language] = (0.0, "en")
    for part in accept_language.split(","):
        tag, _, parameters = part.partition(";")
        language = _ours(tag.strip().lower())
        quality = _quality(parameters)
        if language is not None and quality > best[0]:
            best = (quality, language)
    return best[1]


def _ours(tag: str) -> Language | None:
    primary = tag.partition("-")[0]
    if primary == "ru":
        return "ru"
    return "en" if primary in ("en", "*") else None


def _quality(parameters: str) -> float:
    name, _, number = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(number) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0
