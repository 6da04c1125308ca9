// A chart as a picture to be pasted somewhere else.

import type { EChartsType } from "echarts/core";

/** Twice as many pixels as points: sharp on paper and on good screens. */
const SCALE = 2;

export async function picture(chart: EChartsType, background: string): Promise<Blob> {
  const [width, height] = [chart.getWidth(), chart.getHeight()];
  const svg = new Blob([chart.renderToSVGString()], { type: "image/svg+xml" });
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("no canvas");
    pen.fillStyle = background;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
