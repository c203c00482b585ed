SwaggerUIBundle({
  url: "/swagger.json",
  dom_id: "#viewer",
  deepLinking: true,
  persistAuthorization: true,
  validatorUrl: null,
});
