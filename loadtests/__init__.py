"""The load: scenarios as plain data, and the locust users that send them."""
