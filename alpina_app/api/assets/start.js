const cookie = (name) =>
  document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);

window.ui = SwaggerUIBundle({
  url: "/api/schema/",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  withCredentials: true,
  requestInterceptor: (request) => {
    const token = cookie("csrftoken");
    if (token) request.headers["X-CSRFToken"] = token;
    return request;
  },
});
