/** How far a training has come, between two steps. */
export interface StepProgress {
  /** Epoch in progress and last epoch, counted over the network's whole life. */
  epoch: number;
  epochs: number;
  /** Steps done in this epoch, of how many. */
  step: number;
  steps: number;
  /** Means over this epoch so far. */
  loss: number;
  accuracy: number;
  imagesPerSecond: number;
  /** Estimate for the rest of the job, evaluation included once an epoch has been measured. */
  secondsLeft: number;
}
