"""Names of the shop's customers by country, some with characters that are often misread."""

FIRST_NAMES = {
    "DE": ("Anna", "Jörg", "Lena", "Max", "Sabine", "Uwe", "Zoë", "Karl-Heinz"),
    "FR": ("Chloé", "François", "Inès", "Jean-Luc", "Léa", "Mathis", "Noémie", "Théo"),
    "NL": ("Anouk", "Bram", "Daan", "Femke", "Lotte", "Sander", "Tess", "Wouter"),
    "AT": ("Alois", "Birgit", "Franziska", "Hannes", "Lukas", "Magdalena", "Paul", "Rosa"),
    "BE": ("Arthur", "Camille", "Elise", "Jef", "Lore", "Nicolas", "Sien", "Victor"),
    "IE": ("Aoife", "Ciarán", "Eoin", "Gráinne", "Niamh", "Oisín", "Róisín", "Seán"),
}
"""First names by country, the same number for each."""

LAST_NAMES = {
    "DE": ("Bauer", "Jäger", "Köhler", "Müller", "Richter", "Schröder", "Vogel", "Weiß"),
    "FR": ("Bernard", "d'Arc", "Dupont", "Lefèvre", "Moreau", "Petit", "Rousseau", "Simon"),
    "NL": ("Bakker", "de Boer", "Jansen", "Kuipers", "Smit", "van den Berg", "Visser", "Vos"),
    "AT": ("Eder", "Fuchs", "Gruber", "Hofer", "Leitner", "Pichler", "Steiner", "Wagner"),
    "BE": ("Claes", "De Smet", "Dubois", "Goossens", "Lambert", "Maes", "Peeters", "Wouters"),
    "IE": ("Byrne", "Doyle", "Kelly", "McCarthy", "Murphy", "O'Brien", "O'Neill", "Walsh"),
}
"""Last names by country, the same number for each."""
