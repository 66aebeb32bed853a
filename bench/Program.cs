using BenchmarkDotNet.Running;
using Testbed.Bench.MarkLoop;

if (args is ["markloop"])
{
    MarkLoopComparison.Run();
}
else
{
    BenchmarkSwitcher.FromAssembly(System.Reflection.Assembly.GetExecutingAssembly()).Run(args);
}
