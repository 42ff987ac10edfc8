/** Says, for the style sheet, at which sides of an element that scrolls there is more: its edge fades there. */
import type { Attachment } from 'svelte/attachments';

export const scrollMore: Attachment<HTMLElement> = (element) => {
  const tell = () => {
    const { scrollLeft, scrollWidth, clientWidth } = element;
    element.toggleAttribute('data-more-left', scrollLeft > 1);
    element.toggleAttribute('data-more-right', scrollLeft + clientWidth < scrollWidth - 1);
  };
  const sizes = new ResizeObserver(tell);
  sizes.observe(element);
  if (element.firstElementChild) sizes.observe(element.firstElementChild);
  element.addEventListener('scroll', tell, { passive: true });
  return () => {
    sizes.disconnect();
    element.removeEventListener('scroll', tell);
  };
};
