"""Countries with their adjectives and other names, from general knowledge; Africa in full, elsewhere the usual ones."""

from __future__ import annotations

from rag.reports.spelling import fold

_TABLE = """
Algeria: Algerian | Angola: Angolan | Benin: Beninese, Beninois | Botswana: Botswanan, Motswana
Burkina Faso: Burkinabe, Burkina, Burkinan
Burundi: Burundian | Cameroon: Cameroonian, Cameroun | Cape Verde: Cape Verdean, Cabo Verde
Central African Republic: Central African, CAR
Chad: Chadian, Tchad | Comoros: Comorian | Congo: Congolese, Congo-Brazzaville, Republic of the Congo
Democratic Republic of the Congo: DRC, Congo-Kinshasa, DR Congo, Zaire | Djibouti: Djiboutian | Egypt: Egyptian
Equatorial Guinea: Equatoguinean | Eritrea: Eritrean | Eswatini: Swazi, Swaziland | Ethiopia: Ethiopian | Gabon: Gabonese
Gambia: Gambian, The Gambia | Ghana: Ghanaian | Guinea: Guinean, Guinea-Conakry | Guinea-Bissau: Bissau-Guinean
Ivory Coast: Ivorian, Cote d'Ivoire, Ivoirian | Kenya: Kenyan | Lesotho: Basotho | Liberia: Liberian | Libya: Libyan
Madagascar: Malagasy
Malawi: Malawian | Mali: Malian | Mauritania: Mauritanian | Mauritius: Mauritian | Morocco: Moroccan | Mozambique: Mozambican
Namibia: Namibian | Niger: Nigerien | Nigeria: Nigerian | Rwanda: Rwandan | Sao Tome and Principe: Sao Tomean
Senegal: Senegalese
Seychelles: Seychellois | Sierra Leone: Sierra Leonean | Somalia: Somali, Somalian | South Africa: South African
South Sudan: South Sudanese
Sudan: Sudanese | Tanzania: Tanzanian | Togo: Togolese | Tunisia: Tunisian | Uganda: Ugandan | Western Sahara: Sahrawi, Saharawi
Zambia: Zambian | Zimbabwe: Zimbabwean
Afghanistan: Afghan | Albania: Albanian | Argentina: Argentine, Argentinian | Armenia: Armenian | Australia: Australian
Austria: Austrian
Azerbaijan: Azerbaijani, Azeri | Bahrain: Bahraini | Bangladesh: Bangladeshi | Belarus: Belarusian | Belgium: Belgian
Bolivia: Bolivian
Bosnia: Bosnian, Bosnia and Herzegovina | Brazil: Brazilian | Bulgaria: Bulgarian | Cambodia: Cambodian | Canada: Canadian
Chile: Chilean
China: Chinese | Colombia: Colombian | Croatia: Croatian, Croat | Cuba: Cuban | Cyprus: Cypriot | Czech Republic: Czech, Czechia
Denmark: Danish, Dane | Ecuador: Ecuadorian | El Salvador: Salvadoran | Estonia: Estonian | Finland: Finnish, Finn
France: French
Georgia: Georgian | Germany: German | Greece: Greek | Guatemala: Guatemalan | Haiti: Haitian | Honduras: Honduran
Hungary: Hungarian
Iceland: Icelandic | India: Indian | Indonesia: Indonesian | Iran: Iranian | Iraq: Iraqi | Ireland: Irish | Israel: Israeli
Italy: Italian
Jamaica: Jamaican | Japan: Japanese | Jordan: Jordanian | Kazakhstan: Kazakh | Kosovo: Kosovar | Kuwait: Kuwaiti
Kyrgyzstan: Kyrgyz
Laos: Laotian, Lao | Latvia: Latvian | Lebanon: Lebanese | Lithuania: Lithuanian | Luxembourg: Luxembourgish | Malaysia: Malaysian
Malta: Maltese | Mexico: Mexican | Moldova: Moldovan | Mongolia: Mongolian | Montenegro: Montenegrin
Myanmar: Burmese, Burma | Nepal: Nepalese
Netherlands: Dutch, Holland | New Zealand: New Zealander | Nicaragua: Nicaraguan | North Korea: North Korean
North Macedonia: Macedonian, Macedonia
Norway: Norwegian | Oman: Omani | Pakistan: Pakistani | Palestine: Palestinian | Panama: Panamanian | Paraguay: Paraguayan
Peru: Peruvian
Philippines: Filipino, Philippine | Poland: Polish, Pole | Portugal: Portuguese | Qatar: Qatari | Romania: Romanian
Russia: Russian
Saudi Arabia: Saudi, Saudi Arabian | Serbia: Serbian, Serb | Singapore: Singaporean | Slovakia: Slovak | Slovenia: Slovenian
South Korea: South Korean
Spain: Spanish, Spaniard | Sri Lanka: Sri Lankan | Sweden: Swedish, Swede | Switzerland: Swiss | Syria: Syrian | Taiwan: Taiwanese
Tajikistan: Tajik | Thailand: Thai | Turkey: Turkish, Turk, Turkiye | Turkmenistan: Turkmen | Ukraine: Ukrainian
United Arab Emirates: Emirati, UAE, U.A.E., Emirates | United Kingdom: British, Britain, UK, U.K., Great Britain, Briton
United States: American, US, U.S., USA, U.S.A., America, United States of America | Uruguay: Uruguayan | Uzbekistan: Uzbek
Venezuela: Venezuelan | Vietnam: Vietnamese | Yemen: Yemeni
"""

DEMONYMS: dict[str, tuple[str, ...]] = {
    country.strip(): tuple(form.strip() for form in forms.split(","))
    for line in _TABLE.strip().splitlines()
    for country, _, forms in (pair.partition(":") for pair in line.split("|"))
}
"""Country to its adjectives and other names: ``DEMONYMS["Niger"] == ("Nigerien",)``."""

_SEATS = """
Algeria: Algiers | Angola: Luanda | Benin: Cotonou, Porto-Novo | Botswana: Gaborone | Burkina Faso: Ouagadougou
Burundi: Bujumbura, Gitega | Cameroon: Yaounde | Cape Verde: Praia | Central African Republic: Bangui | Chad: N'Djamena
Comoros: Moroni | Congo: Brazzaville | Democratic Republic of the Congo: Kinshasa | Egypt: Cairo | Equatorial Guinea: Malabo
Eritrea: Asmara | Eswatini: Mbabane | Ethiopia: Addis Ababa | Gabon: Libreville | Gambia: Banjul | Ghana: Accra | Guinea: Conakry
Guinea-Bissau: Bissau | Ivory Coast: Abidjan, Yamoussoukro | Kenya: Nairobi | Lesotho: Maseru | Liberia: Monrovia | Libya: Tripoli
Madagascar: Antananarivo | Malawi: Lilongwe | Mali: Bamako | Mauritania: Nouakchott | Morocco: Rabat | Mozambique: Maputo
Namibia: Windhoek | Niger: Niamey | Nigeria: Abuja | Rwanda: Kigali | Senegal: Dakar | Sierra Leone: Freetown | Somalia: Mogadishu
South Africa: Pretoria | South Sudan: Juba | Sudan: Khartoum | Tanzania: Dodoma, Dar es Salaam | Togo: Lome | Tunisia: Tunis
Uganda: Kampala | Zambia: Lusaka | Zimbabwe: Harare
Afghanistan: Kabul | Albania: Tirana | Argentina: Buenos Aires | Armenia: Yerevan | Australia: Canberra | Austria: Vienna
Azerbaijan: Baku | Bahrain: Manama | Bangladesh: Dhaka | Belarus: Minsk | Belgium: Brussels | Bolivia: La Paz | Bosnia: Sarajevo
Brazil: Brasilia | Bulgaria: Sofia | Cambodia: Phnom Penh | Canada: Ottawa | China: Beijing, Peking | Colombia: Bogota
Croatia: Zagreb | Cuba: Havana | Cyprus: Nicosia | Czech Republic: Prague | Denmark: Copenhagen | Ecuador: Quito
Estonia: Tallinn | Finland: Helsinki | France: Paris | Georgia: Tbilisi | Germany: Berlin | Greece: Athens | Haiti: Port-au-Prince
Honduras: Tegucigalpa | Hungary: Budapest | Iceland: Reykjavik | India: New Delhi, Delhi | Indonesia: Jakarta | Iran: Tehran
Iraq: Baghdad | Ireland: Dublin | Israel: Jerusalem | Italy: Rome | Japan: Tokyo | Jordan: Amman | Kazakhstan: Astana
Kosovo: Pristina | Kuwait: Kuwait City | Kyrgyzstan: Bishkek | Laos: Vientiane | Latvia: Riga | Lebanon: Beirut
Lithuania: Vilnius | Malaysia: Kuala Lumpur | Malta: Valletta | Mexico: Mexico City | Moldova: Chisinau | Mongolia: Ulaanbaatar
Montenegro: Podgorica | Myanmar: Naypyidaw | Nepal: Kathmandu | Netherlands: The Hague, Amsterdam | Nicaragua: Managua
North Korea: Pyongyang | North Macedonia: Skopje | Norway: Oslo | Oman: Muscat | Pakistan: Islamabad | Palestine: Ramallah
Paraguay: Asuncion | Philippines: Manila | Poland: Warsaw | Portugal: Lisbon | Qatar: Doha | Romania: Bucharest
Russia: Moscow, Kremlin | Saudi Arabia: Riyadh | Serbia: Belgrade | Slovakia: Bratislava | Slovenia: Ljubljana
South Korea: Seoul | Spain: Madrid | Sri Lanka: Colombo | Sweden: Stockholm | Switzerland: Bern | Syria: Damascus | Taiwan: Taipei
Tajikistan: Dushanbe | Thailand: Bangkok | Turkey: Ankara | Turkmenistan: Ashgabat | Ukraine: Kyiv, Kiev
United Arab Emirates: Abu Dhabi | United Kingdom: London, Westminster, Whitehall | United States: Washington | Uruguay: Montevideo
Uzbekistan: Tashkent | Venezuela: Caracas | Vietnam: Hanoi | Yemen: Sanaa
"""


def _country_key(word: str) -> str:
    return fold(word).replace(".", "").replace("-", " ").removeprefix("the ").strip()


_COUNTRY_OF: dict[str, str] = {}
for _country, _forms in DEMONYMS.items():
    for _form in (_country, *_forms):
        _COUNTRY_OF.setdefault(_country_key(_form), _country)
_COUNTRY_OF_SEAT: dict[str, str] = {
    _country_key(seat.strip()).replace("'", ""): country.strip()
    for line in _SEATS.strip().splitlines()
    for country, _, seats in (pair.partition(":") for pair in line.split("|"))
    for seat in seats.split(",")
}
_AMBIGUOUS = {"us", "car", "lao", "pole", "dane", "turk", "finn", "polish", "guinea conakry"}


def country_of(word: str) -> str:
    """The country a name or adjective belongs to ("Nigeriens" -> "Niger"), or "".

    Words that are also common English ("us", "car", "polish") must be written with a capital or in capitals.
    """
    key = _country_key(word)
    found = _COUNTRY_OF.get(key) or (_COUNTRY_OF.get(key[:-1]) if len(key) > 4 and key.endswith("s") else None)
    if not found:
        return ""
    if key in _AMBIGUOUS and not (word.replace(".", "").isupper() if key in ("us", "car") else word[:1].isupper()):
        return ""
    return found


def country_forms(word: str) -> tuple[str, ...]:
    """Every form of the country a word belongs to, the country first: "US" -> ("United States", "American", "US", ...)."""
    country = country_of(word)
    return (country, *DEMONYMS[country]) if country else ()


def governed_from(seat: str) -> str:
    """The country whose capital or seat of government a name is ("Paris" -> "France"), or ""."""
    return _COUNTRY_OF_SEAT.get(_country_key(seat).replace("'", ""), "")
