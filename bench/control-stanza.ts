/** What a package is made from. */
export interface ControlStanza {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The text of its `control` file, without the newline at the end. */
  readonly control: string;
}
