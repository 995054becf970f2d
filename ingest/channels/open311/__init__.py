"""Open311 GeoReport v2: services and requests as other systems of a council speak of them."""
