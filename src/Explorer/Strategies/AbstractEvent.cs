namespace Testbed.Explorer;

/// <summary>
/// What an operation is, whichever thread does it and whenever: two that differ in nothing else are the same event.
/// </summary>
/// <param name="Place">What it is about.</param>
/// <param name="Kind">What it does; for the state of a place before all writes, <see cref="OperationKind.Begin"/>.</param>
/// <param name="File">The source file.</param>
/// <param name="Line">The line in it.</param>
internal readonly record struct AbstractEvent(Place Place, OperationKind Kind, string File, int Line)
{
    /// <summary>The event of an operation that has a place.</summary>
    internal static AbstractEvent Of(in Operation operation)
        => new(Place.Of(operation), operation.Kind, operation.File, operation.Line);

    /// <summary>What is read before anybody has written.</summary>
    internal static AbstractEvent Initial(Place place) => new(place, OperationKind.Begin, "", 0);
}
