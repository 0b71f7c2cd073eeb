/** The form that says what is drawn. */
import { validView } from "./state.js";

function shownView(form) {
  const { skeleton, points, face, labels, threshold } = form.elements;
  return validView({
    skeleton: skeleton.checked,
    points: points.checked,
    face: face.checked,
    labels: labels.value,
    threshold: threshold.valueAsNumber,
  });
}

/** Fills the form from a view and tells `onChange(view)` of every change. */
export function startControls(form, view, onChange) {
  const { skeleton, points, face, labels, threshold } = form.elements;
  const value = form.querySelector("[data-threshold]");
  const showThreshold = () => {
    value.textContent = `${threshold.value} %`;
    threshold.setAttribute("aria-valuetext", `${threshold.value} %`);
  };
  [skeleton.checked, points.checked, face.checked] = [view.skeleton, view.points, view.face];
  labels.value = view.labels;
  threshold.value = view.threshold;
  showThreshold();
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    showThreshold();
    onChange(shownView(form));
  });
}
