namespace Testbed.Explorer;

/// <summary>A moment at which any of several threads may take the next step.</summary>
internal readonly ref struct SchedulingPoint
{
    /// <summary>The threads that can take it, in ascending order; at least one.</summary>
    internal required ReadOnlySpan<int> Enabled { get; init; }

    /// <summary>By thread number: what each thread that has not ended does in its next step.</summary>
    internal required ReadOnlySpan<Operation> Pending { get; init; }

    /// <summary>The thread that took the last step.</summary>
    internal required int Current { get; init; }

    /// <summary>Whether <see cref="Current"/> is enabled, so that choosing another preempts it.</summary>
    internal required bool CurrentEnabled { get; init; }

    /// <summary>Why the threads are enabled.</summary>
    internal required SchedulingPhase Phase { get; init; }

    /// <summary>The step's number, from 1.</summary>
    internal required int Step { get; init; }

    /// <summary>Whether <see cref="Current"/> is enabled and does not itself give way to others.</summary>
    internal bool CurrentGoesOn => CurrentEnabled && !Pending[Current].IsYield;
}
