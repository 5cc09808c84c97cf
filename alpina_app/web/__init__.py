"""What `api` and `admin` share of HTTP: sign-in forms, cookies, CSRF, who the client is."""
