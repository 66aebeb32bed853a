namespace Testbed.Explorer;

/// <summary>One event orders another one of another thread after itself, or hands it a value.</summary>
/// <param name="From">The index of the earlier event.</param>
/// <param name="To">That of the later one.</param>
/// <param name="Kind">How.</param>
internal readonly record struct CausalEdge(int From, int To, CausalEdgeKind Kind);
