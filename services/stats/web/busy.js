// Buttons that can't be used twice at once. They are not `disabled`, as that would take the focus away.

/** Runs work() with the buttons marked as busy; does nothing while they are. */
export async function whileBusy(buttons, work) {
  if (buttons.some((node) => node.getAttribute('aria-disabled') === 'true')) return;
  for (const node of buttons) node.setAttribute('aria-disabled', 'true');
  try {
    await work();
  } finally {
    for (const node of buttons) node.removeAttribute('aria-disabled');
  }
}
