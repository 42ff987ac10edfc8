/**
 * For builds of pages whose content security policy refuses style attributes. A few components of bits-ui have one in their
 * markup, and svgcanvas has the browser read a font with one; both mean the same without.
 * @type {import('vite').Plugin}
 */
export const withoutStyleAttributes = {
  name: 'without-style-attributes',
  enforce: 'pre',
  transform(code, id) {
    if (/bits-ui.*\.svelte$/.test(id)) return code.replaceAll('style="display: contents;"', 'class="contents"');
    if (id.includes('svgcanvas')) return code.replace(`el.setAttribute("style", 'font:' + this.font)`, 'el.style.font = this.font');
    return null;
  },
};
