namespace Testbed.Explorer;

/// <summary>A step of a trace.</summary>
/// <param name="Thread">The thread's number, in the order in which threads were started.</param>
/// <param name="Operation">The operation's index in <see cref="Trace.Operations"/>.</param>
internal readonly record struct TraceStep(int Thread, int Operation);
