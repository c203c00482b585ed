Redoc.init(
  "/swagger.json",
  { disableSearch: false, hideDownloadButtons: false },
  document.querySelector("#viewer"),
);
