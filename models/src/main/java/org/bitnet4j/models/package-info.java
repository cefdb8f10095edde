/// Language and embedding models as a whole: text in, text or vectors out.
package org.bitnet4j.models;
