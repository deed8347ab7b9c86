"""The words the invented shop is made of. Nobody and nothing here is real, except the places."""

from __future__ import annotations

from typing import NamedTuple


class City(NamedTuple):
    """A place customers live in; `weight` is its share of them, in no particular unit."""

    name: str
    state: str
    country: str
    latitude: float
    longitude: float
    postcode: str
    weight: float


class Category(NamedTuple):
    """A kind of product: its typical retail price in dollars and the words it is named with."""

    name: str
    department: str
    price: float
    weight: float
    nouns: tuple[str, ...]


FEMALE_NAMES = (
    "Ada", "Alma", "Amara", "Anita", "Beatrice", "Bianca", "Carmen", "Celia", "Clara", "Dalia",
    "Delia", "Edith", "Elena", "Elif", "Emilia", "Esther", "Fatima", "Flora", "Frances", "Gloria",
    "Greta", "Hana", "Harriet", "Helen", "Imogen", "Ines", "Irene", "Iris", "Jasmine", "Johanna",
    "Josephine", "Judith", "Julia", "Karin", "Laila", "Laura", "Leonie", "Lucia", "Mabel",
    "Maria", "Marta", "Maya", "Mei", "Mira", "Nadia", "Nina", "Nora", "Olive", "Paula", "Petra",
    "Priya", "Rosa", "Ruth", "Sara", "Simone", "Sofia", "Tamara", "Teresa", "Ursula", "Vera",
    "Yasmin", "Zoe",
)  # fmt: skip

MALE_NAMES = (
    "Aaron", "Adrian", "Albert", "Amir", "Andre", "Anton", "Arthur", "Basil", "Bruno", "Caleb",
    "Carlos", "Cyrus", "Daniel", "Dario", "David", "Dmitri", "Edgar", "Elias", "Emil", "Ethan",
    "Felix", "Frank", "George", "Gustav", "Hassan", "Hector", "Henry", "Hugo", "Ivan", "Jacob",
    "Jamal", "Jonas", "Jorge", "Joseph", "Julian", "Karl", "Kenji", "Leon", "Luca", "Luis",
    "Marco", "Martin", "Milan", "Nathan", "Noah", "Omar", "Oscar", "Pablo", "Paul", "Rafael",
    "Ravi", "Robert", "Samuel", "Silas", "Stefan", "Theo", "Thomas", "Tobias", "Victor", "Walter",
    "Xavier", "Yusuf",
)  # fmt: skip

LAST_NAMES = (
    "Abbott", "Adler", "Alvarez", "Andersen", "Archer", "Baker", "Baptiste", "Barnes", "Becker",
    "Bennett", "Berger", "Bishop", "Blake", "Brandt", "Brooks", "Calder", "Campos", "Carver",
    "Castillo", "Chandra", "Chen", "Clarke", "Cortez", "Costa", "Dalton", "Diaz", "Dubois",
    "Eklund", "Ellis", "Farrow", "Fischer", "Fletcher", "Flores", "Fontaine", "Foster", "Garner",
    "Gomez", "Grant", "Greene", "Gupta", "Haas", "Hale", "Hansen", "Harper", "Hayashi", "Hughes",
    "Ibrahim", "Jansen", "Jensen", "Kapoor", "Keller", "Khan", "Kim", "Kowalski", "Lambert",
    "Larsen", "Lin", "Lindgren", "Lopez", "Marsh", "Mason", "Mendes", "Meyer", "Miller", "Moreau",
    "Mori", "Nakamura", "Navarro", "Nguyen", "Novak", "Okafor", "Olsen", "Ortiz", "Osei", "Park",
    "Parker", "Patel", "Pereira", "Quinn", "Ramos", "Reed", "Reyes", "Rossi", "Roy", "Sanchez",
    "Sato", "Schmidt", "Shah", "Silva", "Singh", "Sorensen", "Stone", "Tanaka", "Torres", "Vance",
    "Vargas", "Walker", "Weber", "Wells", "Winter", "Wolfe", "Wong", "Yilmaz", "Zimmer",
)  # fmt: skip

CITIES = (
    City("New York", "New York", "USA", 40.71, -74.01, "100", 84),
    City("Buffalo", "New York", "USA", 42.89, -78.88, "142", 9),
    City("Rochester", "New York", "USA", 43.16, -77.61, "146", 7),
    City("Los Angeles", "California", "USA", 34.05, -118.24, "900", 68),
    City("San Diego", "California", "USA", 32.72, -117.16, "921", 29),
    City("San Jose", "California", "USA", 37.34, -121.89, "951", 21),
    City("San Francisco", "California", "USA", 37.77, -122.42, "941", 26),
    City("Santa Cruz", "California", "USA", 36.97, -122.03, "950", 6),
    City("Sacramento", "California", "USA", 38.58, -121.49, "958", 14),
    City("Fresno", "California", "USA", 36.74, -119.79, "937", 11),
    City("Houston", "Texas", "USA", 29.76, -95.37, "770", 42),
    City("Dallas", "Texas", "USA", 32.78, -96.80, "752", 31),
    City("Austin", "Texas", "USA", 30.27, -97.74, "787", 24),
    City("San Antonio", "Texas", "USA", 29.42, -98.49, "782", 25),
    City("El Paso", "Texas", "USA", 31.76, -106.49, "799", 9),
    City("Miami", "Florida", "USA", 25.76, -80.19, "331", 23),
    City("Orlando", "Florida", "USA", 28.54, -81.38, "328", 16),
    City("Tampa", "Florida", "USA", 27.95, -82.46, "336", 15),
    City("Jacksonville", "Florida", "USA", 30.33, -81.66, "322", 14),
    City("Chicago", "Illinois", "USA", 41.88, -87.63, "606", 44),
    City("Springfield", "Illinois", "USA", 39.78, -89.65, "627", 5),
    City("Philadelphia", "Pennsylvania", "USA", 39.95, -75.17, "191", 25),
    City("Pittsburgh", "Pennsylvania", "USA", 40.44, -79.99, "152", 12),
    City("Columbus", "Ohio", "USA", 39.96, -83.00, "432", 17),
    City("Cleveland", "Ohio", "USA", 41.50, -81.69, "441", 11),
    City("Cincinnati", "Ohio", "USA", 39.10, -84.51, "452", 9),
    City("Atlanta", "Georgia", "USA", 33.75, -84.39, "303", 22),
    City("Savannah", "Georgia", "USA", 32.08, -81.09, "314", 5),
    City("Charlotte", "North Carolina", "USA", 35.23, -80.84, "282", 17),
    City("Raleigh", "North Carolina", "USA", 35.78, -78.64, "276", 12),
    City("Detroit", "Michigan", "USA", 42.33, -83.05, "482", 15),
    City("Grand Rapids", "Michigan", "USA", 42.96, -85.66, "495", 7),
    City("Seattle", "Washington", "USA", 47.61, -122.33, "981", 22),
    City("Spokane", "Washington", "USA", 47.66, -117.43, "992", 5),
    City("Boston", "Massachusetts", "USA", 42.36, -71.06, "021", 20),
    City("Worcester", "Massachusetts", "USA", 42.26, -71.80, "016", 5),
    City("Phoenix", "Arizona", "USA", 33.45, -112.07, "850", 24),
    City("Tucson", "Arizona", "USA", 32.22, -110.97, "857", 8),
    City("Denver", "Colorado", "USA", 39.74, -104.99, "802", 17),
    City("Boulder", "Colorado", "USA", 40.01, -105.27, "803", 5),
    City("Minneapolis", "Minnesota", "USA", 44.98, -93.27, "554", 14),
    City("St. Louis", "Missouri", "USA", 38.63, -90.20, "631", 9),
    City("Kansas City", "Missouri", "USA", 39.10, -94.58, "641", 9),
    City("Nashville", "Tennessee", "USA", 36.16, -86.78, "372", 12),
    City("Memphis", "Tennessee", "USA", 35.15, -90.05, "381", 8),
    City("Baltimore", "Maryland", "USA", 39.29, -76.61, "212", 11),
    City("Milwaukee", "Wisconsin", "USA", 43.04, -87.91, "532", 9),
    City("Madison", "Wisconsin", "USA", 43.07, -89.40, "537", 5),
    City("Portland", "Oregon", "USA", 45.52, -122.68, "972", 13),
    City("Eugene", "Oregon", "USA", 44.05, -123.09, "974", 3),
    City("Las Vegas", "Nevada", "USA", 36.17, -115.14, "891", 12),
    City("New Orleans", "Louisiana", "USA", 29.95, -90.07, "701", 8),
    City("Newark", "New Jersey", "USA", 40.74, -74.17, "071", 13),
    City("Indianapolis", "Indiana", "USA", 39.77, -86.16, "462", 13),
    City("Richmond", "Virginia", "USA", 37.54, -77.44, "232", 8),
    City("Virginia Beach", "Virginia", "USA", 36.85, -75.98, "234", 7),
    City("Oklahoma City", "Oklahoma", "USA", 35.47, -97.52, "731", 8),
    City("Salt Lake City", "Utah", "USA", 40.76, -111.89, "841", 8),
    City("Louisville", "Kentucky", "USA", 38.25, -85.76, "402", 7),
    City("Birmingham", "Alabama", "USA", 33.52, -86.80, "352", 6),
    City("Charleston", "South Carolina", "USA", 32.78, -79.93, "294", 6),
    City("Omaha", "Nebraska", "USA", 41.26, -95.93, "681", 5),
    City("Albuquerque", "New Mexico", "USA", 35.08, -106.65, "871", 5),
    City("Des Moines", "Iowa", "USA", 41.59, -93.62, "503", 4),
    City("Hartford", "Connecticut", "USA", 41.77, -72.67, "061", 5),
    City("Honolulu", "Hawaii", "USA", 21.31, -157.86, "968", 4),
    City("Boise", "Idaho", "USA", 43.62, -116.20, "837", 3),
    City("Burlington", "Vermont", "USA", 44.48, -73.21, "054", 1.5),
    City("Anchorage", "Alaska", "USA", 61.22, -149.90, "995", 1.5),
    City("Cheyenne", "Wyoming", "USA", 41.14, -104.82, "820", 1),
    City("London", "England", "UK", 51.51, -0.13, "101", 46),
    City("Manchester", "England", "UK", 53.48, -2.24, "102", 11),
    City("Bristol", "England", "UK", 51.45, -2.59, "103", 7),
    City("Edinburgh", "Scotland", "UK", 55.95, -3.19, "104", 8),
    City("Cardiff", "Wales", "UK", 51.48, -3.18, "105", 4),
    City("Toronto", "Ontario", "Canada", 43.65, -79.38, "201", 16),
    City("Vancouver", "British Columbia", "Canada", 49.28, -123.12, "202", 8),
    City("Montréal", "Québec", "Canada", 45.50, -73.57, "203", 10),
    City("Berlin", "Berlin", "Germany", 52.52, 13.41, "101", 14),
    City("Munich", "Bavaria", "Germany", 48.14, 11.58, "803", 9),
    City("Hamburg", "Hamburg", "Germany", 53.55, 9.99, "200", 8),
    City("Paris", "Île-de-France", "France", 48.86, 2.35, "750", 17),
    City("Lyon", "Auvergne-Rhône-Alpes", "France", 45.76, 4.84, "690", 6),
    City("Madrid", "Madrid", "Spain", 40.42, -3.70, "280", 9),
    City("São Paulo", "São Paulo", "Brazil", -23.55, -46.63, "010", 20),
    City("Rio de Janeiro", "Rio de Janeiro", "Brazil", -22.91, -43.17, "200", 10),
    City("Tokyo", "Tokyo", "Japan", 35.68, 139.69, "100", 16),
    City("Osaka", "Osaka", "Japan", 34.69, 135.50, "530", 7),
    City("Sydney", "New South Wales", "Australia", -33.87, 151.21, "200", 10),
    City("Melbourne", "Victoria", "Australia", -37.81, 144.96, "300", 9),
)

CATEGORIES = (
    Category("Accessories", "Women", 32, 8, ("Scarf", "Beret", "Belt", "Gloves")),
    Category("Active", "Women", 48, 8, ("Leggings", "Running Top", "Sports Bra", "Track Jacket")),
    Category("Blazers & Jackets", "Women", 118, 4, ("Blazer", "Cropped Jacket", "Bolero")),
    Category("Dresses", "Women", 86, 9, ("Wrap Dress", "Shift Dress", "Maxi Dress", "Sundress")),
    Category("Fashion Hoodies & Sweatshirts", "Women", 56, 6, ("Hoodie", "Sweatshirt")),
    Category("Intimates", "Women", 34, 11, ("Camisole", "Bralette", "Slip")),
    Category("Jeans", "Women", 92, 9, ("Slim Jeans", "Straight Jeans", "Wide Jeans")),
    Category("Leggings", "Women", 27, 4, ("Leggings", "Footless Tights")),
    Category("Maternity", "Women", 52, 4, ("Maternity Dress", "Nursing Top")),
    Category("Outerwear & Coats", "Women", 158, 5, ("Parka", "Trench Coat", "Wool Coat")),
    Category("Pants & Capris", "Women", 62, 5, ("Capri Pants", "Linen Trousers", "Chinos")),
    Category("Shorts", "Women", 44, 5, ("Denim Shorts", "Linen Shorts")),
    Category("Skirts", "Women", 51, 4, ("Pencil Skirt", "Pleated Skirt", "Denim Skirt")),
    Category("Sleep & Lounge", "Women", 49, 5, ("Pyjama Set", "Robe", "Night Shirt")),
    Category("Sweaters", "Women", 76, 6, ("Cardigan", "Pullover", "Turtleneck")),
    Category("Swim", "Women", 58, 6, ("Swimsuit", "Tankini", "Cover-Up")),
    Category("Tops & Tees", "Women", 41, 9, ("Blouse", "Tank Top", "Tee", "Tunic")),
    Category("Accessories", "Men", 35, 7, ("Cap", "Belt", "Wallet", "Tie")),
    Category("Active", "Men", 45, 6, ("Training Shorts", "Track Pants", "Running Tee")),
    Category("Fashion Hoodies & Sweatshirts", "Men", 54, 6, ("Hoodie", "Sweatshirt", "Fleece")),
    Category("Jeans", "Men", 98, 8, ("Slim Jeans", "Straight Jeans", "Relaxed Jeans")),
    Category("Outerwear & Coats", "Men", 152, 5, ("Parka", "Field Jacket", "Peacoat")),
    Category("Pants", "Men", 64, 6, ("Chinos", "Cargo Pants", "Corduroys")),
    Category("Shorts", "Men", 46, 5, ("Cargo Shorts", "Board Shorts")),
    Category("Sleep & Lounge", "Men", 47, 4, ("Pyjama Set", "Robe", "Lounge Pants")),
    Category("Socks", "Men", 18, 4, ("Crew Socks", "Wool Socks", "Ankle Socks")),
    Category("Suits & Sport Coats", "Men", 186, 3, ("Two-Piece Suit", "Sport Coat")),
    Category("Sweaters", "Men", 79, 5, ("Crew Neck Sweater", "Cardigan", "Zip Pullover")),
    Category("Swim", "Men", 43, 4, ("Swim Trunks", "Rash Guard")),
    Category("Tops & Tees", "Men", 39, 8, ("Polo Shirt", "Oxford Shirt", "Tee", "Henley")),
    Category("Underwear", "Men", 26, 7, ("Boxer Briefs", "Undershirt", "Trunks")),
)

BRANDS = (
    "Alder Row", "Amberline", "Argent Mills", "Atlas & Wren", "Barrow Lane", "Bellmere",
    "Birch Harbor", "Blue Anvil", "Bramblewick", "Bright Harrow", "Calico Coast", "Canterfield",
    "Cedar Quay", "Clementine Works", "Cloverton", "Cobalt Peak", "Copper Finch", "Corvane",
    "Crest & Tide", "Dapplemoor", "Dovetail Union", "Driftmark", "Dune Society", "Eastgrove",
    "Elmsworth", "Ember & Oak", "Fairlead", "Fennimore", "Field Theory", "Foxhollow",
    "Gable Street", "Glasswing", "Golden Thimble", "Granary Nine", "Greyfold", "Halcyon Thread",
    "Harlow Pine", "Hearthstone", "Heron Supply", "Highmeadow", "Indigo Foundry", "Iron Lark",
    "Ivywood", "Juniper Vale", "Kestrel Bay", "Kite & Key", "Lanternworks", "Larkspur",
    "Linden Loom", "Lodestar", "Loomhouse", "Maple Junction", "Marlowe Dry Goods",
    "Meridian North", "Millbrook", "Moonpenny", "Mossback", "Nettle & Rye", "Nightingale Co",
    "Northfold", "Oakum", "Old Ferry", "Orchard Row", "Osprey Point", "Paper Crane",
    "Pebble & Pine", "Pennywhistle", "Pinefold", "Quarry Hill", "Quillon", "Ravel", "Redstart",
    "Riverstone", "Rosewater", "Saltbox", "Sandpiper", "Second Harvest", "Silverbirch",
    "Slate & Stitch", "Small Hours", "Southlight", "Sparrowhawk", "Still Meadow", "Stonecrop",
    "Summerfell", "Tallgrass", "Tamarind", "Thistledown", "Thornbury", "Tidewater Twill",
    "Timberline Post", "Tolliver", "Umber", "Velvet Anchor", "Vesper", "Wayfarer",
    "Weatherby Knit", "Whistlestop", "Wild Sorrel", "Willow & Wick", "Windrow", "Yarrow & Sons",
    "Zephyr Line",
)  # fmt: skip

ADJECTIVES = (
    "Classic", "Everyday", "Relaxed", "Slim", "Vintage", "Heritage", "Light", "Heavy", "Soft",
    "Ribbed", "Striped", "Plain", "Organic", "Quilted", "Cropped", "Long", "Washed", "Brushed",
    "Printed", "Textured", "Seamless", "Tailored", "Oversized", "Stretch",
)  # fmt: skip

COLOURS = (
    "Black", "White", "Navy", "Charcoal", "Olive", "Burgundy", "Cream", "Sky", "Rust", "Forest",
    "Sand", "Slate",
)  # fmt: skip

DISTRIBUTION_CENTERS = (
    ("Atlantic Hub, Newark", 40.71, -74.16),
    ("Chesapeake Depot, Baltimore", 39.27, -76.58),
    ("Delta Yard, New Orleans", 29.96, -90.03),
    ("Gulf Terminal, Houston", 29.73, -95.26),
    ("Lakeside Depot, Chicago", 41.85, -87.65),
    ("Peach State Hub, Atlanta", 33.68, -84.42),
    ("Puget Yard, Seattle", 47.57, -122.34),
    ("River Hub, Memphis", 35.10, -90.05),
    ("San Pedro Terminal, Los Angeles", 33.75, -118.26),
    ("Desert Depot, Phoenix", 33.43, -112.03),
)

TRAFFIC_SOURCES = (("Search", 46), ("Organic", 24), ("Email", 14), ("Social", 11), ("Display", 5))
BROWSERS = (("Chrome", 52), ("Safari", 24), ("Firefox", 11), ("Edge", 10), ("Other", 3))
OPERATING_SYSTEMS = (
    ("Windows", 38),
    ("iOS", 24),
    ("Android", 19),
    ("macOS", 14),
    ("Linux", 5),
)
