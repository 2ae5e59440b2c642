// Where a node keeps the weights.
// In: the document's disks. Out: the boot service and script that mount the right disk at one fixed path.
import type { Deployment } from '../../../src/documents/deployment.ts';
import { renderUnit } from './systemd-unit.ts';

/** Disk that holds the weights: instance store, the extra network volume, or simply the root disk. */
export type WeightsDisk = 'local-nvme' | 'network-volume' | 'root-disk';

export const STORAGE_SERVICE = 'seekstack-storage.service';
export const STORAGE_SCRIPT_PATH = '/usr/local/libexec/seekstack-mount-weights';
export const WEIGHTS_PATH_ON_NODE = '/var/lib/seekstack/weights';
/** Amazon Linux links this name to whatever NVMe device the volume became. */
export const WEIGHTS_VOLUME_DEVICE = '/dev/sdf';

/** The plan asks for a network volume only where local NVMe is missing or too small, so the volume wins. */
export function chooseWeightsDisk({ disk, machine }: Deployment): WeightsDisk {
  if (disk.weightsBytes > 0) return 'network-volume';
  return machine.localDiskBytes > 0 ? 'local-nvme' : 'root-disk';
}

/** Unit that mounts the disk before the engine starts, at every boot. */
export function renderStorageUnit(disk: WeightsDisk): string {
  return renderUnit([
    {
      name: 'Unit',
      directives: [
        ['Description', 'Disk for the weights'],
        // Images with NVIDIA drivers may mount the instance store themselves; wait and then use their mount.
        ['After', 'local-fs.target dlami-nvme.service'],
      ],
    },
    {
      name: 'Service',
      directives: [
        ['Type', 'oneshot'],
        ['RemainAfterExit', 'yes'],
        ['ExecStart', `${STORAGE_SCRIPT_PATH} ${disk} ${WEIGHTS_PATH_ON_NODE} ${WEIGHTS_VOLUME_DEVICE}`],
      ],
    },
    { name: 'Install', directives: [['WantedBy', 'multi-user.target']] },
  ]);
}

/**
 * Mounts a disk; the same text on every node, since all that varies comes as arguments: disk, mount point, volume device.
 * Running it again is harmless: what is mounted stays, what has a file system is not formatted.
 */
export const STORAGE_SCRIPT = String.raw`#!/bin/bash
set -euo pipefail
readonly disk="$1" target="$2" volume="$3"
readonly image_mount=/opt/dlami/nvme array=/dev/md/seekstack

mkdir -p "$target"
if mountpoint -q "$target"; then exit 0; fi

mount_device() {
  if [ -z "$(blkid -s TYPE -o value "$1" || true)" ]; then mkfs.xfs -q "$1"; fi
  mount -o noatime "$1" "$target"
}

list_local_devices() {
  local link
  for link in /dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_*; do
    if [ -e "$link" ] && [[ "$link" != *-part* ]]; then readlink -f "$link"; fi
  done | sort -u
}

mount_local() {
  if mountpoint -q "$image_mount"; then
    mkdir -p "$image_mount/seekstack"
    mount --bind "$image_mount/seekstack" "$target"
    return
  fi
  mapfile -t devices < <(list_local_devices)
  case "${'$'}{#devices[@]}" in
    0) echo "no instance-store device found" >&2; exit 1 ;;
    1) mount_device "${'$'}{devices[0]}" ;;
    *)
      # Striped: weights are read once, in order, and can be downloaded again when a device fails.
      if [ ! -e "$array" ] && ! mdadm --assemble "$array" "${'$'}{devices[@]}"; then
        mdadm --create "$array" --run --level=0 --homehost=any --name=seekstack \
          --raid-devices="${'$'}{#devices[@]}" "${'$'}{devices[@]}"
      fi
      mount_device "$array" ;;
  esac
}

mount_volume() {
  for _ in $(seq 60); do
    if [ -e "$volume" ]; then mount_device "$(readlink -f "$volume")"; return; fi
    sleep 5
  done
  echo "no device at $volume after 300 seconds" >&2
  exit 1
}

case "$disk" in
  local-nvme) mount_local ;;
  network-volume) mount_volume ;;
  root-disk) ;;
  *) echo "unknown disk: $disk" >&2; exit 64 ;;
esac
`;
