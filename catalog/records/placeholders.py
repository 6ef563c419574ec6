"""Placeholders: cell texts that stand for no serial, model, maker or part number.

The words occur in public registers, inventories and spreadsheet exports, in the languages of such
registers. They are matched as a whole, after folding case, brackets and dots.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from values.text import bare

Placeholder = Literal["", "unknown", "elsewhere", "several", "as above", "error", "count", "zeros"]
"""What a cell says instead of a value; empty if it may be a value."""

_UNKNOWN: Final = """
n/a; n.a.; na; #n/a (text); not available; not applicable; not known; not stated; not recorded;
not provided; not specified; not given; not listed; not assigned; not marked; not legible;
not readable; no serial; no serial number; no serial no; no number; no no; no s/n; without;
without serial; without serial number; without number; w/o; w/o serial; w/o s/n; unknown; unk;
unkn; unspecified; undefined; unreadable; illegible; unmarked; unnumbered; unassigned;
undisclosed; tbd; tba; tbc; tbn; t.b.d.; to be determined; to be advised; to be announced;
to be confirmed; to follow; pending; none; nil; null; nan; void; empty; blank; missing; absent;
yes; no; true; false; test; dummy; sample; model; maker; manufacturer; part number; serial;
serial number; serial no; s/n; sn; number; no.; №; k.a.; keine angabe; keine angaben; keine; kein;
ohne; ohne nummer; ohne seriennummer; unbekannt; nicht bekannt; nicht vorhanden; nicht angegeben;
nicht zutreffend; n. v.; n.b.; entfällt; fehlt; inconnu; inconnue; non connu; non connue;
non communiqué; non renseigné; non précisé; non disponible; non applicable; néant; sans;
sans numéro; s/o; sans objet; n.c.; n/c; n.d.; n/d; nd; aucun; aucune; desconocido; desconocida;
no disponible; no aplica; no consta; ninguno; ninguna; sin número; sin serie; s/d; s.d.;
no especificado; sconosciuto; sconosciuta; non noto; ignoto; nessuno; non specificato;
desconhecido; desconhecida; não disponível; não aplicável; não informado; nenhum; sem número;
onbekend; geen; niet bekend; niet van toepassing; n.v.t.; nvt; niet beschikbaar; неизвестно;
неизвестен; неизвестна; не известно; неизв; нет; нет данных; нет сведений; н/д; н.д.; н/у; б/н;
б.н.; без номера; без №; отсутствует; отсутствуют; не указан; не указано; не указана; не имеет;
прочерк; невідомо; невідомий; немає; немає даних; не вказано; відсутній; без номеру; bilinmiyor;
belirsiz; yok; belirtilmemiş; mevcut değil; uygulanamaz; نامشخص; نامعلوم; ندارد; ناموجود;
غير معروف; غير محدد; غير متوفر; لا يوجد; لا ينطبق; مجهول; 未知; 不详; 不詳; 无; 無; 暂无; 不适用;
不明; なし; 없음; 미상; nieznany; nieznane; brak; brak danych; b.d.; nie dotyczy; bez numeru;
neznámé; není; chybí; nepoznato; nema; okänd; saknas; ukjent; ukendt; ingen; tuntematon; ei ole;
ismeretlen; nincs; necunoscut; nu există; άγνωστο; неизвестен номер; непозната
"""
_ELSEWHERE: Final = """
see annex; see annexe; see appendix; see attached; see attachment; see attached list; see list;
see below; see above; see note; see notes; see remarks; see comments; see contract; see invoice;
see packing list; see schedule; see enclosure; see file; see sheet; see next page; see over;
attached; attached list; annex; as per annex; as per list; as per attached; as per attached list;
as per attachment; as per contract; as per invoice; as per schedule; as listed; as annexed;
per list; per attached; refer to annex; refer to attachment; refer to list; on file; on request;
on label; on plate; siehe anlage; s. anlage; siehe anhang; s. anhang; siehe liste; siehe beilage;
laut liste; lt. liste; gemäß liste; voir annexe; voir liste; voir pièce jointe; en annexe;
selon liste; cf. annexe; ver anexo; véase anexo; vease anexo; según lista; ver lista;
vedi allegato; vedi elenco; come da elenco; ver em anexo; zie bijlage; zie lijst; см. приложение;
смотри приложение; см. список; по списку; согласно списку; согласно приложению; см. ниже;
див. додаток; згідно списку; ek'te; ekte; ekli liste; listeye bakınız; پیوست; انظر المرفق; 见附件;
見附件; zob. załącznik; patrz załącznik; viz příloha
"""
_SEVERAL: Final = """
various; several; multiple; many; mixed; assorted; different; diverse; div.; misc; misc.;
miscellaneous; others; other; all; lot; batch; range; list; etc; etc.; verschiedene; mehrere;
divers; diverses; plusieurs; varios; varias; vari; varie; diversi; diversos; diverse nummers;
meerdere; различные; разные; несколько; різні; кілька; çeşitli; muhtelif; birden fazla; مختلف;
متعددة; 多个; 若干; różne; różní
"""
_ABOVE: Final = """
same; same as above; as above; ditto; do.; idem; id.; dto.; dto; wie oben; desgl.; idem supra;
comme ci-dessus; lo mismo; come sopra; то же; так же; см. выше; aynı; як вище; 〃; 同上; j.w.; jw
"""
_ERRORS: Final = """
#n/a; #ref!; #value!; #name?; #div/0!; #num!; #null!; #spill!; #calc!; #getting_data; #field!;
#blocked!; #unknown!; #connect!; #bezug!; #wert!; #nv; #zahl!; #null; #valeur!; #nom?; #nombre!;
#¡ref!; #¡valor!; #valore!; #rif!; #nome?; #ссылка!; #знач!; #имя?; #дел/0!; #число!; #пусто!;
#н/д; #başv!; #değer!; #yok; #adr!; #arg!; #dzc/0!; err:502; err:504; err:508; err:509; err:522
"""

_WORDS_OF_COUNT: Final = (
    "units?|pcs?|pces?|pieces?|items?|sets?|systems?|each|ea|nos?|nrs?|off|qty|quantity|stk|"
    "stück|stueck|einheiten|pièces?|unités?|unidades|uds?|piezas?|unità|pezzi|peças|stuks|"
    "шт|штук|штуки|од|ед|единиц|комплект(?:а|ов)?|adet|takım|عدد|دستگاه|قطعة|台|个|套|szt|sztuk|ks"
)
_COUNT: Final = re.compile(
    rf"\(?\s*(?:(?P<before>\d[\d ,]*)\s*(?P<gap>\s?)(?:{_WORDS_OF_COUNT})\.?"
    rf"|(?:qty|quantity|number of units|units|pcs|кол-во|количество|menge|anzahl|quantité|cantidad|"
    rf"adet)\s*[.:=]?\s+(?P<after>\d[\d ,]*)|x\s+(?P<times>\d+)|(?P<fold>\d+)\s+x)\s*\)?",
    re.IGNORECASE,
)
_SHORT_COUNT: Final = re.compile(r"\d+[a-zA-Z]{1,2}")
"""A number directly followed by one or two letters (20EA): more likely a serial than a quantity."""


def _key(text: str) -> str:
    return bare(text.casefold())


def _keys(table: str) -> frozenset[str]:
    return frozenset(filter(None, (_key(part) for part in table.split(";"))))


UNKNOWN: Final = _keys(_UNKNOWN)
ELSEWHERE: Final = _keys(_ELSEWHERE)
SEVERAL: Final = _keys(_SEVERAL)
ABOVE: Final = _keys(_ABOVE)
ERRORS: Final = frozenset(part.strip() for part in _ERRORS.split(";"))
"""The tables of placeholders, by meaning; spreadsheet errors as the programs write them."""

_SHORT: Final = "k.a.; s/o; n.c.; n.d.; b.d.; s/d; n.b.; n.v.; s/n; б/н; н/д; н/у; id.; do.; j.w."
ONLY_WITH_DOTS: Final = _keys(_SHORT)
"""Short ones that may also be values, unless their letters have punctuation between or around them.
"""


@lru_cache(maxsize=65_536)
def placeholder(text: str) -> Placeholder:
    """Return what a cell says instead of a value; empty if it may be a value.

    *zeros*: nothing but zeros. *count*: a number of units (see `stated_count`).
    """
    text = text.strip()
    if not text:
        return ""
    if text.casefold() in ERRORS or re.fullmatch(r"#{2,}", text):
        return "error"
    key = _key(text)
    if not key:
        return "" if "█" in text or "*" in text or "■" in text else "unknown"
    if stated_count(text) is not None:
        return "count"
    if set(key) == {"0"}:
        return "zeros"
    if re.fullmatch(r"x{2,3}|\?+|x+[-/ ]x+", text, re.IGNORECASE):
        return "unknown"
    return _word(text, key)


def _word(text: str, key: str) -> Placeholder:
    for table, kind in _TABLES:
        if key in table:
            return "" if key in ONLY_WITH_DOTS and text.isalpha() else kind
    head, _, tail = text.rpartition(" ")
    return "elsewhere" if len(tail) <= MOST_OF_A_NUMBER and _key(head) in ELSEWHERE else ""


MOST_OF_A_NUMBER: Final = 4
"""Maximum number of characters after *see annex*: its number or letter."""


_TABLES: Final[tuple[tuple[frozenset[str], Placeholder], ...]] = (
    (UNKNOWN, "unknown"),
    (ELSEWHERE, "elsewhere"),
    (SEVERAL, "several"),
    (ABOVE, "as above"),
)


def stands_for_nothing(text: str) -> bool:
    """Whether a name or number is a placeholder: unknown, elsewhere, several, as above, error."""
    return placeholder(text) in ("unknown", "elsewhere", "several", "as above", "error")


def stated_count(text: str) -> int | None:
    """Return the number of units that a cell states instead of their serials; None if none.

    *20 units*, *Qty: 20*, *20 шт.*; not *20EA*, which may be a serial.
    """
    met = _COUNT.fullmatch(text.strip())
    if met is None or _SHORT_COUNT.fullmatch(text.strip()):
        return None
    digits = next(part for name, part in met.groupdict().items() if part and name != "gap")
    number = re.sub(r"[ ,]", "", digits)
    return int(number) if len(number) <= 9 else None
