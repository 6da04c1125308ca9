// A chart as a picture to be pasted somewhere else.

import type { EChartsType } from "echarts/core";
import { FONT } from "./common";

/** Twice as many pixels as points: sharp on paper and on good screens. */
const SCALE = 2;

/** What stands above the chart, so that it can be understood elsewhere. */
export interface Heading {
  title: string;
  about: string;
  text: string;
  dimmed: string;
  background: string;
}

const HEAD = 64;

export async function picture(chart: EChartsType, heading: Heading): Promise<Blob> {
  const [width, height] = [chart.getWidth(), chart.getHeight()];
  chart.dispatchAction({ type: "hideTip" });
  const svg = new Blob([chart.renderToSVGString()], { type: "image/svg+xml" });
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = (height + HEAD) * SCALE;
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("no canvas");
    pen.fillStyle = heading.background;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.scale(SCALE, SCALE);
    pen.fillStyle = heading.text;
    pen.font = `600 16px ${FONT}`;
    pen.fillText(heading.title, 16, 28, width - 32);
    pen.fillStyle = heading.dimmed;
    pen.font = `12px ${FONT}`;
    pen.fillText(heading.about, 16, 48, width - 32);
    pen.drawImage(image, 0, HEAD, width, height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
