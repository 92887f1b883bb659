// A click on a picture opens it as large as it is.
document.addEventListener("DOMContentLoaded", () => {
  for (const picture of document.querySelectorAll(".content img")) {
    picture.addEventListener("click", () => window.open(picture.src, "_blank"));
  }
});
