/** The form that says what is drawn. */
import { validView } from "./state.js";

/** The view that the form says; the chip of uncertainty is only there where a check was made. */
function shownView(form, before) {
  const { skeleton, points, face, labels, threshold, uncertainty } = form.elements;
  return validView({
    skeleton: skeleton.checked,
    points: points.checked,
    face: face.checked,
    labels: labels.value,
    threshold: threshold.valueAsNumber,
    uncertainty: uncertainty?.checked ?? before.uncertainty,
  });
}

/** Fills the form from a view and tells `onChange(view)` of every change. */
export function startControls(form, view, onChange) {
  const { skeleton, points, face, labels, threshold, uncertainty } = form.elements;
  const value = form.querySelector("[data-threshold]");
  const showThreshold = () => {
    value.textContent = `${threshold.value} %`;
    threshold.setAttribute("aria-valuetext", `${threshold.value} %`);
  };
  [skeleton.checked, points.checked, face.checked] = [view.skeleton, view.points, view.face];
  if (uncertainty) uncertainty.checked = view.uncertainty;
  labels.value = view.labels;
  threshold.value = view.threshold;
  showThreshold();
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    showThreshold();
    onChange(shownView(form, view));
  });
}
