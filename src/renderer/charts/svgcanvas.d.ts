/** A canvas that writes SVG: https://github.com/zenozeng/svgcanvas */
declare module 'svgcanvas/dist/svgcanvas.esm.js' {
  export class Element {
    constructor(options: { width: number; height: number });
    width: number;
    height: number;
    readonly svg: SVGSVGElement;
    getContext(type: '2d'): CanvasRenderingContext2D;
  }
}
