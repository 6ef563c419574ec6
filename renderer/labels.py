"""Label words as makers print them, by language and field.

Source: the usual words on plates in seven languages (GS1 Tag Data Standard for S/N, PNO, MFR;
national plate standards and plates in use for the others). If a field has several words, one is
drawn at random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from renderer.types import Language

LABELS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "maker": ("MFR", "MANUFACTURER", "MADE BY", "MFG"),
        "model": ("MODEL", "MODEL NO", "TYPE", "MDL"),
        "part_number": ("P/N", "PART NO", "PART NUMBER", "PNR"),
        "serial": ("S/N", "SERIAL NO", "SER. NO.", "SER NO", "SERIAL NUMBER"),
        "date": ("DATE", "DATE OF MFG", "DOM", "MFG DATE"),
        "nsn": ("NSN", "STOCK NO"),
        "cage": ("CAGE", "CAGE CODE", "FSCM"),
        "contract": ("CONTRACT NO", "CONTRACT"),
        "lot": ("LOT NO", "LOT"),
        "weight": ("WEIGHT", "WT"),
        "voltage": ("VOLTAGE", "INPUT", "VDC"),
    },
    "ru": {
        "maker": ("Изготовитель", "Предприятие-изготовитель"),
        "model": ("Тип", "Модель", "Изделие", "Индекс"),
        "part_number": ("Обозначение", "Черт. №"),
        "serial": ("Зав. №", "Заводской №", "Серийный номер"),
        "date": ("Дата", "Дата выпуска", "Год выпуска"),
        "nsn": ("NSN",),
        "cage": ("CAGE",),
        "contract": ("Контракт №",),
        "lot": ("Партия №",),
        "weight": ("Масса",),
        "voltage": ("Напряжение",),
    },
    "tr": {
        "maker": ("Üretici", "İmalatçı"),
        "model": ("Model", "Tipi"),
        "part_number": ("Parça No", "P/N"),
        "serial": ("Seri No", "Seri Numarası"),
        "date": ("Üretim Tarihi", "Tarih"),
        "nsn": ("NSN", "Stok No"),
        "cage": ("CAGE",),
        "contract": ("Sözleşme No",),
        "lot": ("Parti No",),
        "weight": ("Ağırlık",),
        "voltage": ("Gerilim",),
    },
    "fa": {
        "maker": ("سازنده", "شرکت سازنده"),
        "model": ("مدل", "نوع"),
        "part_number": ("شماره قطعه", "شماره فنی"),
        "serial": ("شماره سریال", "سریال"),
        "date": ("تاریخ تولید", "تاریخ"),
        "nsn": ("NSN",),
        "cage": ("CAGE",),
        "contract": ("شماره قرارداد",),
        "lot": ("بچ",),
        "weight": ("وزن",),
        "voltage": ("ولتاژ",),
    },
    "fr": {
        "maker": ("Fabricant", "Constructeur"),
        "model": ("Modèle", "Type", "Désignation"),
        "part_number": ("Référence", "Réf."),
        "serial": ("N° de série", "N° Série"),
        "date": ("Date", "Date de fab."),
        "nsn": ("NNO",),
        "cage": ("Code OTAN",),
        "contract": ("Marché N°",),
        "lot": ("Lot N°",),
        "weight": ("Masse", "Poids"),
        "voltage": ("Tension",),
    },
    "de": {
        "maker": ("Hersteller", "Herst."),
        "model": ("Typ", "Modell", "Baumuster"),
        "part_number": ("Teile-Nr.", "Sach-Nr."),
        "serial": ("Serien-Nr.", "Werk-Nr.", "Fabr.-Nr."),
        "date": ("Baujahr", "Datum"),
        "nsn": ("Versorg.-Nr.",),
        "cage": ("NCAGE",),
        "contract": ("Auftrags-Nr.",),
        "lot": ("Los-Nr.",),
        "weight": ("Gewicht",),
        "voltage": ("Spannung",),
    },
    "zh": {
        "maker": ("制造商", "生产厂家"),
        "model": ("型号", "设备型号"),
        "part_number": ("零件号", "图号"),
        "serial": ("出厂编号", "序列号"),
        "date": ("出厂日期", "生产日期"),
        "nsn": ("NSN",),
        "cage": ("CAGE",),
        "contract": ("合同号",),
        "lot": ("批号",),
        "weight": ("重量",),
        "voltage": ("电压",),
    },
}
