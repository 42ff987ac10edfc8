/** Which of the dialogs that can be opened from anywhere are open. */
class Dialogs {
  palette = $state(false);
  settings = $state(false);
}

export const dialogs = new Dialogs();
