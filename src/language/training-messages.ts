// What a training run beside serving takes.
import { subject } from './subject.ts';

export const trainingMessages = subject({
  en: {
    'training.method':
      '{method, select, lora {Adapters} qlora {Adapters on a 4-bit base} full {Full fine-tuning} other {Pre-training}}',
    'training.what':
      '{method} over {tokens} million tokens: {states} GB of weights and states, {activations} GB of activations on each accelerator',
    'training.option':
      '{nodes} × {machine} ({region}, {purchase}{extra, plural, =0 {} other {, # beyond those that serve}}): {hours} h ({low}–{high}), {acceleratorHours} accelerator-hours, {energy} kWh, {cost}',
  },
  nb: {
    'training.method':
      '{method, select, lora {Adaptere} qlora {Adaptere på 4-bits grunnmodell} full {Full finjustering} other {Fortrening}}',
    'training.what':
      '{method} over {tokens} millioner token: {states} GB vekter og tilstander, {activations} GB aktiveringer på hver akselerator',
    'training.option':
      '{nodes} × {machine} ({region}, {purchase}{extra, plural, =0 {} other {, # utover dem som betjener}}): {hours} t ({low}–{high}), {acceleratorHours} akseleratortimer, {energy} kWh, {cost}',
  },
});
