// Which machine image a node boots.
// In: the machine of the plan. Out: the name of the public SSM parameter that holds the image's id.
import type { Deployment } from '../../../src/documents/deployment.ts';

/**
 * Public parameter with the newest image: Amazon Linux 2023 with NVIDIA driver and container toolkit for machines with an
 * accelerator, plain Amazon Linux 2023 for the rest.
 * @source https://docs.aws.amazon.com/dlami/latest/devguide/find-dlami-id.html
 * @source https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
 */
export function machineImageParameter(machine: Deployment['machine']): string {
  return machine.accelerator === null
    ? `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${machine.cpuArchitecture}`
    : `/aws/service/deeplearning/ami/${machine.cpuArchitecture}/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id`;
}
