/**
 * What a report does beyond being read: values under the pointer, and charts saved as PNG, SVG or CSV.
 * Plain JavaScript for the browser; the page is complete without it. Everything it shows it reads from the tables.
 */
export const script = `'use strict';
(() => {
  const tip = document.getElementById('tip');

  // Values of all runs at the position under the pointer.
  const showValues = (event, svg, table, positions) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    let nearest = 0;
    positions.forEach((x, i) => { if (Math.abs(x - point.x) < Math.abs(positions[nearest] - point.x)) nearest = i; });
    const cells = [...table.tBodies[0].rows[nearest].cells];
    const names = [...table.tHead.rows[0].cells];
    const lines = cells.map((cell, i) => [names[i], cell.textContent]).filter(([, value], i) => i > 0 && value !== '');
    const shown = lines.filter(([name]) => document.getElementById('show-' + (/run-(\\d+)/.exec(name.className) || [])[1])?.checked);
    const title = document.createElement('b');
    title.textContent = names[0].textContent + ' ' + cells[0].textContent;
    tip.replaceChildren(title, ...shown.flatMap(([name, value]) => {
      const label = document.createElement('span');
      const swatch = document.createElement('i');
      swatch.className = 'swatch ' + name.className;
      label.append(swatch, name.textContent);
      const text = document.createElement('span');
      text.textContent = value;
      return [label, text];
    }));
    tip.hidden = false;
    const left = event.pageX + 16 + tip.offsetWidth > document.documentElement.clientWidth + scrollX ? event.pageX - tip.offsetWidth - 16 : event.pageX + 16;
    tip.style.left = Math.max(0, left) + 'px';
    tip.style.top = event.pageY + 12 + 'px';
    const cursor = svg.querySelector('.cursor') ?? svg.insertBefore(document.createElementNS(svg.namespaceURI, 'path'), svg.firstChild);
    cursor.setAttribute('class', 'cursor');
    cursor.setAttribute('d', 'M' + positions[nearest] + ' 14V' + (svg.viewBox.baseVal.height - 46));
  };
  for (const svg of document.querySelectorAll('svg[data-x]')) {
    const positions = svg.dataset.x.split(' ').map(Number);
    const table = svg.closest('figure').querySelector('table');
    svg.addEventListener('pointermove', (event) => showValues(event, svg, table, positions));
    svg.addEventListener('pointerleave', () => { tip.hidden = true; svg.querySelector('.cursor')?.remove(); });
  }

  const save = (blob, name) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  const properties = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'font-family', 'font-size', 'font-weight', 'opacity'];

  // The drawing by itself: in light colours, with its legend, and every style written into the elements.
  const standalone = (svg) => {
    const root = document.documentElement;
    root.style.colorScheme = 'light';
    const copy = svg.cloneNode(true);
    const originals = [svg, ...svg.querySelectorAll('*')];
    [copy, ...copy.querySelectorAll('*')].forEach((element, i) => {
      const style = getComputedStyle(originals[i]);
      if (style.display === 'none') element.setAttribute('data-gone', '');
      for (const property of properties) {
        const value = style.getPropertyValue(property);
        if (value !== '') element.setAttribute(property, value);
      }
      element.removeAttribute('class');
    });
    const paper = getComputedStyle(document.body).backgroundColor;
    root.style.colorScheme = '';
    copy.querySelectorAll('[data-gone]').forEach((element) => element.remove());
    const { width } = svg.viewBox.baseVal;
    const height = Number(svg.dataset.fullHeight ?? svg.viewBox.baseVal.height);
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    copy.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
    copy.setAttribute('width', width);
    copy.setAttribute('height', height);
    const back = document.createElementNS(svg.namespaceURI, 'rect');
    back.setAttribute('width', width);
    back.setAttribute('height', height);
    back.setAttribute('fill', paper);
    copy.prepend(back);
    return { text: new XMLSerializer().serializeToString(copy), width, height };
  };

  const savers = {
    svg: (figure) => save(new Blob([standalone(figure.querySelector('.graphic svg')).text], { type: 'image/svg+xml' }), figure.id + '.svg'),
    png: async (figure) => {
      const { text, width, height } = standalone(figure.querySelector('.graphic svg'));
      const image = new Image();
      image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(text);
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = 2 * width;
      canvas.height = 2 * height;
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, figure.id + '.png'), 'image/png');
    },
    csv: (figure) => {
      const rows = [...figure.querySelector('table').rows].map((row) =>
        [...row.cells].map((cell) => cell.dataset.value ?? '"' + cell.textContent.replaceAll('"', '""') + '"').join(','));
      save(new Blob([rows.join('\\r\\n') + '\\r\\n'], { type: 'text/csv' }), figure.id + '.csv');
    },
  };
  for (const tools of document.querySelectorAll('.save, .picker li')) tools.hidden = false;
  for (const button of document.querySelectorAll('button[data-show]'))
    button.addEventListener('click', () => {
      for (const box of document.querySelectorAll('.picker input')) box.checked = button.dataset.show === 'all';
    });
  for (const button of document.querySelectorAll('button[data-save]'))
    button.addEventListener('click', () => savers[button.dataset.save](button.closest('figure')));
})();
`;
