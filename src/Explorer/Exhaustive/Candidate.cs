namespace Testbed.Explorer;

/// <summary>A thread that can take the next step.</summary>
/// <param name="Thread">Its number.</param>
/// <param name="Step">What it would do.</param>
/// <param name="Operation">The same, as announced.</param>
/// <param name="Before">What is there now: bits in memory, or whether a note is woken.</param>
/// <param name="NeedsWake">Whether it sleeps on a note and can go on only since the note is woken.</param>
internal readonly record struct Candidate(int Thread, Step Step, Operation Operation, ulong Before, bool NeedsWake);
