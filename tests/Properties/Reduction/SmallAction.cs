namespace Testbed.Properties.Reduction;

/// <summary>What a thread of a <see cref="SmallProgram"/> does.</summary>
/// <param name="Kind">What.</param>
/// <param name="Place">Which word or lock it is about.</param>
/// <param name="Value">What is written or waited for.</param>
/// <param name="Inner">What is done while a lock is held.</param>
public sealed record SmallAction(SmallActionKind Kind, int Place, int Value, IReadOnlyList<SmallAction> Inner)
{
    /// <inheritdoc/>
    public override string ToString()
        => Kind == SmallActionKind.Lock
            ? $"Lock {Place} {{ {string.Join("; ", Inner)} }}"
            : $"{Kind} {Place} {Value}";
}

/// <summary>The kinds of actions.</summary>
public enum SmallActionKind
{
    Read,
    Write,
    CompareExchange,
    Add,
    WideRead,
    Lock,
    Choose,
    Await,
    AwaitLocked,
    Wake,
    Sleep,
    TimedSleep,
}
