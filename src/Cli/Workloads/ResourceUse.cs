using Testbed.Collector;

namespace Testbed.Cli.Workloads;

/// <summary>What a run took of the machine.</summary>
/// <param name="CpuTime">Processor time of all threads of the process during the run. The seed's <c>cputime</c>.</param>
/// <param name="ResidentBytes">The process's memory at the end of the run. The seed's <c>rss</c>.</param>
/// <param name="System">What the world has memory for at the end. The seed's <c>sys-*</c>.</param>
internal readonly record struct ResourceUse(TimeSpan CpuTime, long ResidentBytes, SystemBytes System);
