/** Text that cannot become markup, in an element or in an attribute between quotes. */
export function html(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
