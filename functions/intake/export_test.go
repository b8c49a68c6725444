package intake

// Disposable is the list of disposable.txt.
var Disposable = disposable
