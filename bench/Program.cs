using BenchmarkDotNet.Running;
using Testbed.Bench;
using Testbed.Bench.MarkLoop;

if (args is ["markloop"])
{
    MarkLoopComparison.Run();
}
else if (args is ["throughput", ..])
{
    Throughput.Run(args[1..]);
}
else
{
    BenchmarkSwitcher.FromAssembly(System.Reflection.Assembly.GetExecutingAssembly()).Run(args);
}
