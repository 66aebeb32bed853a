namespace Testbed.Explorer;

/// <summary>
/// Unwinds the threads of an execution that is over. Code under test may catch it; its next operation throws another.
/// </summary>
internal sealed class ExecutionAbortedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ExecutionAbortedException()
        : base("the execution is over")
    {
    }
}
