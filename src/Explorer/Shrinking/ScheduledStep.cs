namespace Testbed.Explorer;

/// <summary>A step of an execution that is being shrunk.</summary>
/// <param name="Thread">Who took it.</param>
/// <param name="Operation">What it did.</param>
/// <param name="Preempts">Whether the thread of the step before it could have gone on, and did not give way.</param>
internal readonly record struct ScheduledStep(int Thread, OperationKey Operation, bool Preempts);
