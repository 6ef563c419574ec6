"""Country names missing from the standards, and names that may mean two countries.

Tables only; use `catalog.records.places`. Codes are ISO 3166-1 alpha-2; for former states ISO
3166-3 alpha-4; and for the four that neither contains an X with three letters of our own.
"""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = (
    "en fr de es it pt nl ru uk be tr az fa ar he zh zh_Hant ja ko pl cs sk sl hr sr "
    "sr_Latn bs mk bg ro hu el sv da nb fi et lv lt ka hy kk uz id ms vi th hi ur ps ku"
)
"""CLDR languages whose country names are known: those of registers and of their readers."""

AMBIGUOUS: Final = {
    ("KR", "KP"): "Korea, Corée, Corea, Coreia, Coréia, Корея, Kore, Koreya, كوريا, "
    "کره, Κορέα, Koreja, Coreea, Kórea",
    ("CG", "CD"): "Congo, Le Congo, Kongo, Конго, Kongó, الكونغو, کنگو, 刚果, 剛果, コンゴ, "
    "콩고, Κονγκό, Конґо, O Congo, El Congo, Konqo",
    ("VG", "VI"): "Virgin Islands, Virgin Is, Îles Vierges, Jungferninseln, Islas Vírgenes, "
    "Isole Vergini, Ilhas Virgens, Maagdeneilanden, Виргинские острова, Віргінські острови, "
    "Virgin Adaları, جزر العذراء, 维尔京群岛, Wyspy Dziewicze",
    ("MF", "SX"): "Saint Martin, St Martin, Saint-Martin, Sankt Martin, San Martín, "
    "San Martino, São Martinho, Сен-Мартен, Сен Мартен, Saint-Martin (île)",
    ("TL", "ID"): "Timor, Тимор, تيمور, 帝汶",
    ("GY", "GF"): "Guiana, The Guianas, Guayana, Гвиана",
    ("TW", "CG"): "ROC, R.O.C.",
    ("CSHH", "CSXX"): "CS",
}
"""Names that registers use for either of two states, by the codes that they may mean.

ISO 3166-1 assigns *Congo* to CG alone and CLDR some of these to one of the two; registers of arms
transfers use them for both. *Sudan*, *Samoa*, *Georgia*, *Ireland*, *Guinea*, *Macedonia* and
*Micronesia* mean one state in a column of countries; what was split from Sudan is in `SPLIT`.
"""

ALIASES: Final = {
    "AE": "UAE, U.A.E., U A E, Emirates, United Arab Emirates (UAE), EAU, VAE, ОАЭ, ОАЕ, BAE, "
    "ZEA, The Emirates, Emirates (UAE)",
    "AT": "Oesterreich",
    "BA": "Bosnia, BiH, B&H, Bosnia Herzegovina, Bosnia-Hercegovina, Bosnie, Bosnien, Босния",
    "BF": "Upper Volta, Haute-Volta, Obervolta, Верхняя Вольта",
    "BJ": "Dahomey",
    "BN": "Brunei, Brunei Darussalam",
    "BO": "Bolivia",
    "BW": "Bechuanaland",
    "BY": "Byelorussia, Belorussia, Byelarus, Белоруссия, Weißrussland, Weissrussland, "
    "Biélorussie, Bielorussia, Bielorrusia, Bielorrússia, Wit-Rusland, Białoruś, Belorusya, "
    "Byelorussian SSR, Belorussian SSR",
    "BZ": "British Honduras",
    "CD": "DRC, D.R.C., DR Congo, D.R. Congo, Dem. Rep. Congo, Congo (Kinshasa), "
    "Congo-Kinshasa, Zaire, Zaïre, RDC, R.D. Congo, RD Congo, ДР Конго, ДРК, Заир, Congo DR, "
    "Congo D.R., Congo Dem. Rep., Congo Dem. Rep. of the, Democratic Republic of Congo, "
    "Democratic Congo, Demokratische Republik Kongo, DR Kongo, "
    "République démocratique du Congo, República Democrática del Congo, "
    "Repubblica Democratica del Congo, República Democrática do Congo, "
    "Democratische Republiek Congo, Демократическая Республика Конго, "
    "Демократична Республіка Конго, Demokratik Kongo Cumhuriyeti, جمهورية الكونغو الديمقراطية, "
    "جمهوری دموکراتیک کنگو, 刚果民主共和国, Demokratyczna Republika Konga, Zaire Republic of, "
    "Republic of Zaire",
    "CF": "CAR, C.A.R., Central African Rep., Central African Empire, RCA, ЦАР",
    "CG": "Congo (Brazzaville), Congo-Brazzaville, Republic of the Congo, Republic of Congo, "
    "Rep. of Congo, Congo Rep., Congo Republic of, Congo Republic of the, Congo Republic, "
    "Congo Rep. of, Congo Rep. of the, République du Congo, Republik Kongo, "
    "República del Congo, Repubblica del Congo, República do Congo, Republiek Congo, "
    "Республика Конго, Республіка Конго, Kongo Cumhuriyeti, جمهورية الكونغو, جمهوری کنگو, "
    "刚果共和国, Republika Konga",
    "CI": "Ivory Coast, Cote d'Ivoire, Elfenbeinküste, Costa de Marfil, Costa d'Avorio, "
    "Costa do Marfim, Ivoorkust, Берег Слоновой Кости, Fildişi Sahili, ساحل العاج, 象牙海岸",
    "CN": "PRC, PR of China, P.R.C., P R C, P.R. China, PR China, People's Republic of China, "
    "Peoples Republic of China, China People's Republic of, China P.R., China (PRC), "
    "Mainland China, Red China, Communist China, China (mainland), КНР, Volksrepublik China, "
    "VR China, République populaire de Chine, República Popular China, "
    "República Popular de China, Repubblica Popolare Cinese, República Popular da China, "
    "Volksrepubliek China, Китайская Народная Республика, Китайська Народна Республіка, "
    "Çin Halk Cumhuriyeti, جمهورية الصين الشعبية, جمهوری خلق چین, 中华人民共和国, "
    "中華人民共和國, Chińska Republika Ludowa, ChRL, RPC",
    "CV": "Cape Verde, Cabo Verde",
    "CZ": "Czech Republic, Czech Rep., Česká republika, Tschechische Republik, "
    "République tchèque, República Checa, Repubblica Ceca, Tsjechische Republiek, "
    "Чешская Республика, Çek Cumhuriyeti",
    "DE": "FRG, F.R.G., BRD, West Germany, Germany (West), Germany West, "
    "Germany Federal Republic, Germany Fed. Rep., Germany FR, FR Germany, "
    "Federal Republic of Germany, Bundesrepublik Deutschland, Westdeutschland, ФРГ, RFA, "
    "République fédérale d'Allemagne, República Federal de Alemania, RFN",
    "DJ": "French Somaliland, French Afars and Issas",
    "DO": "Dominican Rep.",
    "ET": "Abyssinia",
    "FK": "Falklands, Malvinas, Islas Malvinas, Falkland Islands (Malvinas)",
    "FM": "Micronesia, Federated States of Micronesia, FSM",
    "GB": "UK, U.K., U K, Britain, Great Britain, G.B., England, Scotland, Wales, "
    "Northern Ireland, United Kingdom of Great Britain and Northern Ireland, "
    "UK (Great Britain), United Kingdom (UK), Großbritannien, Grande-Bretagne, Gran Bretaña, "
    "Gran Bretagna, Grã-Bretanha, Groot-Brittannië, Великобритания, Велика Британія, "
    "Великобританія, Англия, İngiltere, Büyük Britanya, Birleşik Krallık, بريطانيا, بریتانیا, "
    "انگلستان, انگلیس, 英国, Wielka Brytania, Royaume-Uni, Vereinigtes Königreich, Reino Unido, "
    "Regno Unito, Soedinennoe Korolevstvo, Соединенное Королевство",
    "GF": "Guyane, Guyane française, French Guiana",
    "GH": "Gold Coast",
    "GR": "Hellas, Hellenic Rep.",
    "GY": "British Guiana",
    "HK": "Hong Kong, Hongkong, HKSAR, Hong Kong SAR, Гонконг",
    "IN": "Bharat",
    "IR": "Iran, Persia, Islamic Republic of Iran, Iran (Islamic Rep.), I.R. Iran, IR Iran, "
    "I.R.I., ИРИ",
    "JP": "Nippon",
    "KG": "Kirghizia, Kirgizia, Kyrgyz Republic, Kyrgyz Rep., Киргизия",
    "KH": "Kampuchea, Khmer Republic, Democratic Kampuchea",
    "KP": "North Korea, N. Korea, N Korea, DPRK, D.P.R.K., DPR Korea, D.P.R. Korea, Korea DPR, "
    "Korea North, Korea (North), Korea D.P.R., Korea (DPRK), Korea Dem. People's Rep., "
    "Korea Dem. People's Rep. of, Korea Dem. Rep., Korea DPR of, "
    "Korea People's Democratic Republic of, Korea Democratic People's Republic of, "
    "Democratic People's Republic of Korea, Dem. People's Rep. of Korea, "
    "Dem. Republic of Korea, КНДР, Северная Корея, Північна Корея, Nordkorea, Corée du Nord, "
    "RPDC, République populaire démocratique de Corée, Corea del Norte, Corea del Nord, "
    "Coreia do Norte, Noord-Korea, Kuzey Kore, كوريا الشمالية, کره شمالی, 朝鲜, 朝鮮, 北朝鲜, "
    "Korea Północna, KRLD",
    "KR": "South Korea, Rep. Korea, S. Korea, S Korea, ROK, R.O.K., R.O. Korea, Rep. of Korea, "
    "Korea ROK, Korea South, Korea (South), Korea Rep., Korea Rep. of, Korea (ROK), "
    "Korea (Republic of), Korea (Rep. of), Republic of Korea, Korea Republic, Korean Republic, "
    "Республика Корея, Южная Корея, Південна Корея, Республіка Корея, Südkorea, Suedkorea, "
    "Republik Korea, Corée du Sud, République de Corée, Corea del Sur, República de Corea, "
    "Corea del Sud, Repubblica di Corea, Coreia do Sul, República da Coreia, Zuid-Korea, "
    "Republiek Korea, Güney Kore, Kore Cumhuriyeti, كوريا الجنوبية, جمهورية كوريا, کره جنوبی, "
    "جمهوری کره, 韩国, 韓國, 大韩民国, Korea Południowa, Republika Korei, Korejská republika",
    "LA": "Laos, Lao P.D.R., Lao PDR, Lao",
    "LK": "Ceylon",
    "LS": "Basutoland",
    "LY": "Libya, Libyan Arab Jamahiriya, Libyan Jamahiriya, Libyan A.J.",
    "MD": "Moldavia, Moldova, Молдавия, Молдова",
    "MF": "Saint Martin (French part), French Saint Martin, Saint-Martin (partie française)",
    "MG": "Malagasy Republic",
    "MK": "Macedonia, FYROM, F.Y.R.O.M., FYR Macedonia, Macedonia FYR, "
    "Former Yugoslav Republic of Macedonia, The former Yugoslav Republic of Macedonia, "
    "Macedonia (FYROM), Mazedonien, Macédoine, Македония, Македонія, Makedonya, Macedônia",
    "MM": "Burma, Myanmar, Birma, Birmanie, Birmania, Birmânia, Бирма, Myanmar (Burma), "
    "Burma (Myanmar)",
    "MO": "Macau, Macao",
    "MW": "Nyasaland",
    "NA": "South West Africa, South-West Africa",
    "NL": "Holland, The Netherlands, Netherland, Kingdom of the Netherlands, Голландия, "
    "Hollanda, هولندا",
    "PG": "Papua New Guinea, PNG",
    "PS": "Palestine, State of Palestine, Palestinian Authority, Palestinian Territory, "
    "Occupied Palestinian Territory, West Bank and Gaza, Palästina, Палестина",
    "RU": "Russia, Russian Fed., Russian Federation, РФ, R.F., Россия, Федерация Российская, "
    "Российская Федерация, Російська Федерація, Россия (РФ)",
    "SA": "KSA, K.S.A., Saudi, Kingdom of Saudi Arabia, КСА",
    "SX": "Sint Maarten, Sint-Maarten, St Maarten, St. Maarten, Saint Maarten, "
    "Saint-Martin (partie néerlandaise)",
    "SY": "Syria, Syrian A.R., Syrian Arab Rep., SAR (Syria), САР",
    "SZ": "Swaziland, Eswatini, eSwatini",
    "TH": "Siam",
    "TL": "East Timor, Timor-Leste, Timor Leste, Portuguese Timor, Osttimor, Timor oriental, "
    "Восточный Тимор",
    "TM": "Turkmenia, Туркмения",
    "TR": "Turkey, Türkiye, Turkiye, Turquie, Türkei, Турция, Туреччина, تركيا, ترکیه, 土耳其, "
    "Republic of Turkey, Tuerkei, T.C.",
    "TW": "Taiwan ROC (Taiwan), Republic of China, Republic of China (Taiwan), Taiwan ROC, "
    "Taiwan (ROC), Taiwan (Republic of China), China Republic of, China (Taiwan), China Taiwan, "
    "Taiwan China, Chinese Taipei, Formosa, Nationalist China, Republik China, "
    "République de Chine, República de China, Китайская Республика, 中華民國, 中华民国",
    "TZ": "Tanzania, United Republic of Tanzania",
    "US": "USA, U.S.A., U.S., United States, United States of America, The United States, "
    "U.S. of America, États-Unis, Etats-Unis d'Amérique, EEUU, EE.UU., EE. UU., EUA, E.U.A., "
    "Vereinigte Staaten, Vereinigte Staaten von Amerika, Stati Uniti, "
    "Estados Unidos de América, Соединенные Штаты Америки, США, АҚШ, ABD, A.B.D., "
    "Amerika Birleşik Devletleri, 美国, 美國",
    "VA": "Vatican, Vatican City, Holy See",
    "VC": "Saint Vincent, St Vincent",
    "VE": "Venezuela",
    "VG": "British Virgin Islands, Virgin Islands (British), Virgin Islands (UK), BVI, B.V.I.",
    "VI": "US Virgin Islands, U.S. Virgin Islands, USVI, Virgin Islands (US), "
    "Virgin Islands (U.S.), Virgin Islands of the United States",
    "VN": "Vietnam, Viet Nam, SRV, Socialist Republic of Vietnam, "
    "Socialist Republic of Viet Nam, СРВ",
    "VU": "New Hebrides",
    "WS": "Western Samoa, Samoa, Independent State of Samoa",
    "XK": "Kosovo, Republic of Kosovo, Kosova, Kosovo (UNSCR 1244)",
    "YE": "Yemen, Republic of Yemen",
    "ZA": "RSA, R.S.A., South Africa, Rep. of South Africa, ЮАР, ПАР",
    "ZM": "Northern Rhodesia",
    "ZW": "Rhodesia, Southern Rhodesia",
}
"""Everyday, former and official names, by code; commas within a name are left out here."""

CODES: Final = {"UK": "GB", "EL": "GR"}
"""Codes that registers use beside ISO's: that of the United Kingdom, and the European one of
Greece.
"""

GONE: Final = {
    "SUHH": "USSR, U.S.S.R., Soviet Union, Union of Soviet Socialist Republics, URSS, UdSSR, "
    "Sowjetunion, Union soviétique, Unión Soviética, Unione Sovietica, União Soviética, "
    "Sovjet-Unie, СССР, Советский Союз, СРСР, Радянський Союз, SSCB, Sovyetler Birliği, "
    "الاتحاد السوفيتي, الاتحاد السوفياتي, شوروی, اتحاد جماهیر شوروی, 苏联, 蘇聯, ZSRR, "
    "Związek Radziecki, Sovětský svaz, SSSR, CCCP, USSR (Soviet Union), Soviet Union (USSR), "
    "Former USSR, Former Soviet Union, USSR (former)",
    "YUCS": "Yugoslavia, Jugoslavia, Jugoslawien, Yougoslavie, Iugoslávia, Jugoslávia, "
    "Joegoslavië, Югославия, Югославія, Yugoslavya, Jugosławia, Jugoslavija, Jugoslávie, "
    "يوغوسلافيا, یوگسلاوی, 南斯拉夫, SFRY, SFRJ, FRY, Former Yugoslavia, "
    "Socialist Federal Republic of Yugoslavia, Federal Republic of Yugoslavia, СФРЮ",
    "CSXX": "Serbia and Montenegro, Serbia & Montenegro, Serbia-Montenegro, "
    "Serbien und Montenegro, Serbie-et-Monténégro, Serbia y Montenegro, Сербия и Черногория, SCG",
    "CSHH": "Czechoslovakia, CSSR, ČSSR, Tschechoslowakei, Tchécoslovaquie, Checoslovaquia, "
    "Cecoslovacchia, Tchecoslováquia, Checoslováquia, Tsjechoslowakije, Чехословакия, "
    "Чехословаччина, Çekoslovakya, Czechosłowacja, Československo, Česko-Slovensko, "
    "تشيكوسلوفاكيا, چکسلواکی, 捷克斯洛伐克, Czecho-Slovakia, ЧССР",
    "DDDE": "GDR, G.D.R., DDR, D.D.R., East Germany, Germany (East), Germany East, Germany DR, "
    "German Democratic Republic, German Dem. Rep., Deutsche Demokratische Republik, "
    "Ostdeutschland, RDA, République démocratique allemande, Allemagne de l'Est, "
    "Alemania Oriental, Germania Est, ГДР, НДР, НДР (ГДР), Doğu Almanya, NRD, Východní Německo",
    "YDYE": "South Yemen, Yemen (South), Yemen South, Democratic Yemen, Yemen Democratic, PDRY, "
    "People's Democratic Republic of Yemen, Yemen PDR, НДРЙ",
    "XYAR": "North Yemen, Yemen (North), Yemen North, Yemen Arab Republic, Yemen Arab Rep., "
    "YAR, Yemen (Sanaa), ЙАР",
    "VDVN": "North Vietnam, North Viet Nam, Vietnam (North), Vietnam North, DRV, "
    "Democratic Republic of Vietnam, Democratic Republic of Viet Nam, ДРВ",
    "XVNS": "South Vietnam, South Viet Nam, Vietnam (South), Vietnam South, "
    "Republic of Vietnam, Republic of Viet Nam, Rep. of Vietnam",
    "ANHH": "Netherlands Antilles, Dutch Antilles, Nederlandse Antillen",
    "XUAR": "United Arab Republic, UAR, U.A.R.",
    "NTHH": "Neutral Zone",
    "PCHH": "Trust Territory of the Pacific Islands, Pacific Islands (trust territory)",
    "GEHH": "Gilbert and Ellice Islands",
    "PZPA": "Panama Canal Zone",
    "SKIN": "Sikkim",
    "XTAN": "Tanganyika, Zanzibar",
}
"""Names of former states that were not simply renamed."""

AFTER: Final = {
    "SUHH": "RU UA BY MD LT LV EE GE AM AZ KZ UZ TM KG TJ",
    "YUCS": "SI HR BA MK RS ME XK CSXX",
    "CSXX": "RS ME XK",
    "CSHH": "CZ SK",
    "DDDE": "DE",
    "YDYE": "YE",
    "XYAR": "YE",
    "VDVN": "VN",
    "XVNS": "VN",
    "ANHH": "CW SX BQ AW",
    "XUAR": "EG SY",
    "NTHH": "SA IQ",
    "PCHH": "FM MH MP PW",
    "GEHH": "KI TV",
    "PZPA": "PA",
    "SKIN": "IN",
    "XTAN": "TZ",
}
"""Former state (ISO 3166-3) -> the states that now hold its territory."""

RENAMED: Final = {
    "AIDJ": "DJ",
    "BUMM": "MM",
    "BYAA": "BY",
    "DYBJ": "BJ",
    "FXFR": "FR",
    "HVBF": "BF",
    "NHVU": "VU",
    "RHZW": "ZW",
    "TPTL": "TL",
    "ZRCD": "CD",
}
"""ISO 3166-3 states that are the same state under another name."""

BELONGS_TO: Final = {
    "CN": "HK MO",
    "US": "PR GU VI AS MP UM",
    "GB": "GG JE IM GI BM KY VG TC MS AI FK SH IO GS PN",
    "FR": "GF GP MQ RE YT PF NC PM WF BL MF TF",
    "NL": "AW CW SX BQ ANHH",
    "DK": "GL FO",
    "NO": "SJ BV",
    "FI": "AX",
    "AU": "CX CC NF HM",
    "NZ": "CK NU TK",
    "RS": "XK",
    "MA": "EH",
}
"""State -> territories with their own code that belong to it or that it claims."""

SPLIT: Final = {
    ("SD", "SS"): 2011,
    ("ID", "TL"): 2002,
    ("ET", "ER"): 1993,
    ("ZA", "NA"): 1990,
    ("PK", "BD"): 1971,
    ("MY", "SG"): 1965,
}
"""(state, state that became independent of it) -> year; before it a record means both."""
